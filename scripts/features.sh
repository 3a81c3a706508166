#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# doc/features.md, on stdout: what xovn makes of OVN's Northbound database.  What
# the loader reads (build/tools/featurelist) is merged with what only people can
# say (doc/features.in); where they contradict each other the script fails.
# usage: features.sh [schema FILE.ovsschema]    schema: which of its tables and
#                                columns doc/features.in does not have, instead
set -eu
cd "$(dirname "$0")/.."
list=doc/features.in
tool=${FEATURELIST:-build/tools/featurelist}

if [ "${1:-}" = schema ]; then
	jq -r '.tables | to_entries[] | .key as $t | .value.columns | keys[] |
		"\($t) \(.)"' "$2" | awk '
		FNR == NR { if ($1 == "table") table = $2; else has[table, $1]; next }
		!(($1, $2) in has) { print $1 "." $2 }' "$list" -
	exit
fi

# A key stands as a string in the source that honours it.
honours() {
	grep -rqF "\"$1\"" loader --include='*.c' --exclude=unsupported.c
}

keys=$("$tool" | awk '$1 == "key" && $5 == "*" { print $4 }' | sort -u |
	while read -r key; do
		honours "$key" && echo "source $key" || echo "nowhere $key"
	done)

{
	"$tool"
	echo "$keys"
} | awk -f scripts/features.awk - "$list"
