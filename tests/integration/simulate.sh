#!/bin/sh
# decaid simulate as people call it: the example, its figures, errors.
set -eu
decaid=${DECAID:-$PWD/decaid}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

say() { echo "simulate: $*" >&2; exit 1; }

"$decaid" simulate --example readme >"$dir/a" 2>"$dir/summary"
"$decaid" simulate --example readme --json >"$dir/b" 2>"$dir/err"
cmp -s "$dir/a" "$dir/b" || say "two runs of one seed differ"
[ -s "$dir/err" ] && say "--json says something on standard error"

# The last line: the honest gain, the bad lose, accuracy holds.
tail -n 1 "$dir/a" >"$dir/last"
python=$(command -v python3 || true)
if [ -n "$python" ]; then
	"$python" - "$dir/last" <<'END' || say "the example went wrong"
import json, sys
run = json.load(open(sys.argv[1]))
assert list(run)[:3] == ["accuracy", "balances", "contributions"], list(run)
first, last = run["accuracy"][0][1], run["accuracy"][-1][1]
low = min(a for t, a in run["accuracy"])
good, bad = run["balances"]["Good"], run["balances"]["Bad"]
assert run["contributions"] == 23000, run["contributions"]
assert low > first - 0.02 and last > first, (first, low, last)
assert good[0] == [0, 10000] and good[-1][1] > 11000, good[-1]
assert bad[0] == [0, 10000] and bad[-1][1] < 9000, bad[-1]
assert all(t < u for (t, _), (u, _) in zip(good, good[1:]))
END
fi
grep -q '^{"t":' "$dir/a" || say "no lines before the last"
grep -q '^Bad ' "$dir/summary" || say "no table"

"$decaid" simulate --example readme --set 'seed=2 data.rows=900' \
	>"$dir/c" 2>/dev/null
cmp -s "$dir/a" "$dir/c" && say "--set changed nothing"

"$decaid" simulate --example attack --sweep "seed=1,2 Mallory.private=0,5" \
	--plot "$dir/plot.svg" >"$dir/d" 2>"$dir/table"
[ "$(wc -l <"$dir/d")" = 4 ] || say "four runs are not four lines"
[ "$(grep -c '^seed=' "$dir/table")" = 4 ] || say "$(cat "$dir/table")"
"$decaid" simulate --example attack --set "seed=2 Mallory.private=5" --json |
	tail -n 1 | cut -d, -f2- >"$dir/alone"
tail -n 1 "$dir/d" | cut -d, -f3- >"$dir/swept"
head -n 1 "$dir/plot.svg" | grep -q '^<svg ' || say "no picture"
tail -n 1 "$dir/plot.svg" | grep -q '^</svg>' || say "half a picture"
cut -d'[' -f3- "$dir/alone" >"$dir/alone2"
cut -d'[' -f3- "$dir/swept" >"$dir/swept2"
cmp -s "$dir/alone2" "$dir/swept2" || say "a swept run is not the run alone"
"$decaid" simulate --example attack --sweep "color=1,2" 2>"$dir/err" &&
	say "a sweep of nothing passed"
grep -q "attack: no line has 'color' (color=1)" "$dir/err" ||
	say "$(cat "$dir/err")"

# What is given twice is refused: the last one must not win without a word.
refused() {
	why=$1
	shift
	status=0
	"$decaid" simulate --example attack "$@" >"$dir/out" 2>"$dir/err" ||
		status=$?
	[ "$status" = 2 ] || say "$* ends with $status"
	[ -s "$dir/out" ] && say "$* printed results"
	grep -qxF "decaid simulate: $why" "$dir/err" || say "$(cat "$dir/err")"
}
refused "--sweep is given twice" --sweep seed=1,2 --sweep Mallory.private=0,5
refused "--set is given twice" --set seed=1 --json --set=seed=2
refused "--log-level is given twice" --log-level info --log-level debug
refused "--config is given twice" --config /dev/null --config /dev/null
refused "--sweep: seed is there twice" --sweep "seed=1,2 seed=3"
refused "--set: seed is set twice" --set "seed=1 seed=3"
"$decaid" simulate --example attack --json --json --set data.rows=1000 \
	>"$dir/out" || say "a flag cannot be given again"

refused "--sweep: seed has more than 256 values" \
	--sweep "seed=$(printf '1,%.0s' $(seq 256))1"
refused "--sweep: more than 1024 runs" \
	--sweep "seed=$(printf '1,%.0s' $(seq 40))1 measure=$(printf '1h,%.0s' \
		$(seq 40))1h"

status=0
"$decaid" simulate --example attack --plot "$dir/no/such.svg" \
	>"$dir/out" 2>"$dir/err" || status=$?
[ "$status" = 1 ] || say "a picture without a folder ends with $status"
grep -q 'no/such.svg: No such file or directory' "$dir/err" ||
	say "$(cat "$dir/err")"
[ -s "$dir/out" ] && say "it ran before it looked for the folder"

status=0
printf 'decaid-scenario 1\nmodel x\n' >"$dir/wrong"
"$decaid" simulate "$dir/wrong" >"$dir/out" 2>"$dir/err" || status=$?
[ "$status" = 2 ] || say "a wrong scenario ends with $status"
grep -q "wrong: no line 'data'" "$dir/err" || say "$(cat "$dir/err")"
[ -s "$dir/out" ] && say "a wrong scenario printed results"
echo "simulate: the example holds"
