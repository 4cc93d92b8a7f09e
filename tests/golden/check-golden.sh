#!/bin/sh
# check_golden over the recorded vectors, where there are any, and over
# folders that it must not pass.
set -u
program=./tests/golden/check_golden
top=${srcdir:-.}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0

# refuses FOLDER WORDS: exit 1, and a line with these words.
refuses() {
	"$program" "$tmp/$1" >"$tmp/out" 2>&1
	status=$?
	if [ $status -ne 1 ] || ! grep -qF -- "$2" "$tmp/out"; then
		echo "check-golden: $1: exit $status, expected 1 with '$2'"
		cat "$tmp/out"
		failed=1
	fi
}

vector='{"classifier":"SparsePerceptron","constructor":{"classifications":
["a","b"],"weights":["-1","3"],"intercept":"0","learningRate":1},"init":[],
"probeInputs":[["1"]],"initialProbes":[1],"steps":[{"data":["0","5"],
"classification":1,"predictBefore":0,"reverted":null,"predictAfter":LABEL,
"probes":[1]}],"final":{"weights":{"0":"0","1":"3","5":"WEIGHT"}},
"norms":[{"data":[],"revert":"Normalization is not required."}]}'
put() {
	mkdir -p "$tmp/$1"
	echo "$vector" | sed "s/LABEL/$2/; s/WEIGHT/$3/" >"$tmp/$1/one.json"
}
put same 1 1
"$program" "$tmp/same" || failed=1
put label 0 1
refuses label 'one.json: differs at steps[0].predictAfter: expected 0, found 1'
put weight 1 7
refuses weight 'one.json: differs at final.weights.5: expected 7, found 1'
put cut 1 1
head -c 200 "$tmp/same/one.json" >"$tmp/cut/one.json"
refuses cut 'one.json: malformed'
put gz 1 1
gzip -c "$tmp/same/one.json" | head -c 100 >"$tmp/gz/two.json.gz"
refuses gz 'two.json.gz: '
put kind 1 1
echo '{"kind":"tomorrow"}' >"$tmp/kind/one.json"
refuses kind 'one.json: malformed at the top: vectors of an unknown kind'
put field 1 1
sed -i 's/"classification":1,//' "$tmp/field/one.json"
refuses field 'one.json: malformed at steps[0].classification: it is missing'
put range 1 1
sed -i 's/"data":\["0","5"\]/"data":["0","9223372036854775808"]/' \
	"$tmp/range/one.json"
refuses range 'one.json: malformed at steps[0].data: [1] does not fit an int64'
put more 1 1
sed -i 's/"final":{/"final":{"tomorrow":1,/' "$tmp/more/one.json"
refuses more 'final.tomorrow: a field that this program does not know'
put two 1 1
cp "$tmp/label/one.json" "$tmp/two/another.json"
refuses two 'check-golden: 2 files, 1 differ'
mkdir -p "$tmp/folder/one.json" "$tmp/nothing"
refuses folder 'one.json: '
: >"$tmp/nothing/one.json"
refuses nothing 'one.json: malformed'
mkdir "$tmp/empty"
refuses empty 'no *.json'
refuses absent 'cannot be read'
[ $failed -eq 0 ] || exit 1

dir=${GOLDEN_DIR:-$top/../shared/golden}
if [ ! -d "$dir" ]; then
	echo "check-golden: skipped: no recorded vectors at $dir"
	exit 0
fi
exec "$program" "$dir"
