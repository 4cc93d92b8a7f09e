#!/bin/sh
# train, evaluate, import and export as a person uses them: files of each kind,
# what they say, and what they leave when something is wrong.
DECAID=${DECAID:-$PWD/decaid}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
failed=0

wrong() {
	echo "offchain: $*"
	failed=1
}

# refuses STATUS WORDS ARGUMENT...
refuses() {
	status=$1 words=$2
	shift 2
	"$DECAID" "$@" >out 2>err
	is=$?
	[ $is -eq "$status" ] || wrong "$*: exit $is, expected $status"
	grep -qF -- "$words" err || wrong "$*: no '$words' in: $(cat err)"
	[ ! -s out ] || wrong "$*: said something on standard output"
}

# accuracy FILE LEAST: its last line is an object with that, in [LEAST, 1].
accuracy() {
	tail -n 1 "$1" | awk -v least="$2" '{
		found = match($0, /^\{"accuracy":(1|0|0\.[0-9]+)[,}]/)
		sub(/^\{"accuracy":/, "")
		exit !(found && $0 + 0 >= least && $0 + 0 <= 1 && /\}$/)
	}' || wrong "$1: no accuracy of at least $2: $(head -c 200 "$1")"
}

evaluate() {
	"$DECAID" evaluate "$@" --json >out 2>err || wrong "$*: $(cat err)"
}

i=0
while [ $i -lt 60 ]; do
	printf 'games\tdragon sword %d quest\nscience\tatom cell %d gene\n' \
		$i $i
	i=$((i + 1))
done >text.tsv
awk -F '\t' 'BEGIN { print "label,text" } { print $1 ",\"" $2 ", or so\"" }' \
	text.tsv >text.csv
awk 'BEGIN { print "x,y,label"
	for (i = 0; i < 120; i++)
		print (i * 37 % 100) / 10 - 5 "," (i * 53 % 100) / 10 - 5 "," \
			((i * 37 % 100 > i * 53 % 100) ? "right" : "left") }' \
	>table.csv
tr ',' ';' <table.csv >table.ssv
tr ',' '\t' <table.csv >table.tsv
gzip -c text.tsv >text.tsv.gz
gzip -c table.csv >table.csv.gz

# each kind, plain and gzip, takes its own type and encoder
for file in text.tsv text.csv text.tsv.gz; do
	evaluate --train $file --test $file
	accuracy out 0.95
	grep -q '"type":"blend","encoder":"ngrams"' out || wrong "$file: type"
done
for file in table.csv table.ssv table.tsv table.csv.gz; do
	evaluate --train $file --test $file
	accuracy out 0.85
	grep -q '"type":"kalman","encoder":"scale"' out || wrong "$file: type"
done
grep -q '"confusion":\[\[' out || wrong "no confusion matrix"
grep -q '"precision":' out || wrong "no figures of a class"

# n-grams are hashed to 2^10 to 2^24 columns
for columns in 1024 16777216; do
	evaluate --train text.tsv --test text.tsv --type \
		"logistic columns=$columns epsilon=10000000 learning-rate=500000000"
	accuracy out 0.95
	grep -q "\"columns\":$columns," out || wrong "$columns columns"
done

# files as people have them
sed 's/$/\r/' text.tsv >crlf.tsv
{ printf '\357\273\277label\ttext\n'; sed 's/$/\n/' text.tsv; } >bom.tsv
{ echo label,text; sed 's/\t/,"/; s/$/, ""so""\nand more"/' text.tsv; } >lines.csv
for file in crlf.tsv bom.tsv lines.csv; do
	evaluate --train $file --test $file
	accuracy out 0.95
	grep -q '"rows":120,' out || wrong "$file: rows"
done
{ printf 'eggs\tham\n'; cat text.tsv; } >unseen.tsv
evaluate --train text.tsv --test unseen.tsv
grep -q "warning: class 'eggs': 1 row in unseen.tsv, none in text.tsv" err ||
	wrong "a class that was never learned: $(cat err)"
grep -q '"class":"eggs","precision":0,"recall":0,"f1":0,"support":1' out ||
	wrong "a class that was not learned: $(cat out)"

# for people too, with a picture
"$DECAID" evaluate --train text.tsv --test text.csv --curve c.svg >out ||
	wrong "evaluate for people"
grep -q '^accuracy *1' out && grep -q '^games ' out && grep -q Confusion out ||
	wrong "not for people: $(cat out)"
grep -q '</svg>' c.svg || wrong "no picture"

# all types, 0xDeCA10B's among them; what does not suit is told
evaluate --train text.tsv --test text.tsv --type all
accuracy out 0.95
for type in blend logistic naive-bayes passive-aggressive sparse-perceptron \
	deca-naive-bayes deca-sparse-perceptron deca-sparse-nearest-centroid; do
	grep -q "\"type\":\"$type\"" out || wrong "all: no $type"
done
sed 's/^games\t\(.* 7 .*\)/other\t\1/' text.tsv >three.tsv
evaluate --train three.tsv --test three.tsv --type all
grep -q '"error":"spec: deca-sparse-perceptron tells 2 classes' out ||
	wrong "all: three classes for two"
evaluate --train table.csv --test table.csv --type deca-dense-perceptron
grep -q '"encoder":"unit"' out || wrong "a dense type without unit"

# a model kept, asked, gone on from, given away, taken back
"$DECAID" train text.tsv --type deca-sparse-perceptron --out m >out ||
	wrong "train"
evaluate --model m --test text.tsv
accuracy out 0.9
"$DECAID" train text.tsv --start m --out m2 --json >out || wrong "train --start"
grep -q '"progressive_accuracy":1,' out || grep -q \
	'"progressive_accuracy":0.9' out || wrong "--start forgot: $(cat out)"
"$DECAID" export m --out m.json && "$DECAID" import m.json --columns 262144 \
	--encoder murmur3-words --out m3 >out || wrong "export, import"
evaluate --model m3 --test text.tsv
accuracy out 0.9
"$DECAID" export m3 >m3.json
cmp m.json m3.json 2>err || [ "$(cat m.json)" = "$(cat m3.json)" ] ||
	wrong "the JSON differs after a round"
printf '{"dragon":0,"atom":1}' >v.json
"$DECAID" train text.tsv --type naive-bayes --encoder vocabulary=v.json \
	--out v >out || wrong "train with a vocabulary: $(cat out)"
evaluate --model v --test text.tsv
accuracy out 1

# what is wrong says so, and leaves nothing
for file in text.tsv table.csv; do
	head -n 3 $file >bad
	echo 1.5 >>bad
	refuses 2 "bad:4: " evaluate --train $file --test bad
done
printf 'games\tdragon \377\n' >bad
refuses 2 "bad:1: text is not UTF-8" evaluate --train text.tsv --test bad
printf 'x,y,label\n1,nan,left\n' >bad
refuses 2 "bad:2: column y: 'nan' is no number" \
	evaluate --train table.csv --test bad
printf 'label,text\ngames,"dragon\n' >bad
refuses 2 "bad:2: field 2" evaluate --train text.tsv --test bad
grep games text.tsv >bad
refuses 2 "bad: one class alone" evaluate --train bad --test bad
: >bad
refuses 2 "bad: the file is empty" evaluate --train text.tsv --test bad
head -c 100 text.tsv.gz >bad
refuses 1 "bad: the gzip file ends early" evaluate --train bad --test text.tsv
"$DECAID" train text.tsv --type logistic --out l >out
refuses 2 "has no type for logistic" export l --out l.json
[ ! -e l.json ] || wrong "an export that failed left a file"
refuses 2 "line 1" import v --out x
printf '{"type":"perceptron","weights":[NaN]}' >nan.json
: >none.json
refuses 2 "none.json: line 1" import none.json --out x
refuses 2 "nan.json: line 1" import nan.json --out x
head -c 300 m >cut
refuses 2 "cut: " evaluate --model cut --test text.tsv
refuses 2 "class 'other' is none" train three.tsv --start m --out x
refuses 2 "--start has its own" train text.tsv --start m --type blend
[ ! -e x ] || wrong "a command that failed left a file"
[ $failed -eq 0 ] && echo "offchain: train, evaluate, import, export"
exit $failed
