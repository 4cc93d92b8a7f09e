#!/bin/sh
# Creation code of the contracts that people deploy, from the committed
# artifacts, as C on standard output. Needs neither node nor a compiler.
#   oracle/contracts/embed.sh FOLDER-OF-ARTIFACTS
set -eu
echo "/* Made by oracle/contracts/embed.sh from oracle/contracts/artifacts. */"
echo '#include "config.h"'
echo
echo '#include "oracle/bytecode.h"'
for name in ModelFactory OperatorPool PredictionReader; do
	awk -v name="$name" -v symbol="$(echo "$name" | tr 'A-Z' 'a-z')" '
	/^ "bytecode": "0x[0-9a-f]*",?$/ {
		hex = $2
		gsub(/[",]/, "", hex)
		hex = substr(hex, 3)
		n = length(hex) / 2
		printf "\nconst uint8_t oracle_code_%s[] = {", symbol
		for (i = 0; i < n; i++)
			printf "%s0x%s,", i % 12 ? " " : "\n\t",
				substr(hex, 2 * i + 1, 2)
		printf "\n};\nconst size_t oracle_code_%s_len = %d;\n",
			symbol, n
	}
	END {
		if (n < 1) {
			print "embed.sh: no bytecode in " name ".json" \
				>"/dev/stderr"
			exit 1
		}
	}' "$1/$name.json"
done
