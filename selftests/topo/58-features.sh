#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# doc/features.md is what the loader reads today; a column that it begins or
# ceases to read, and one of the stock schema that nobody has spoken of, are
# found.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
SCHEMA=${STOCK:-$TOP/build/stock}/schema/ovn-nb.ovsschema

features() { # [LINE...]: the document, were the loader to read these, too
	FEATURELIST=$DIR/featurelist "$TOP/scripts/features.sh"
}

# as_if SED-SCRIPT: a loader that reads something else
as_if() {
	"$TOOLS/featurelist" | sed "$1" >"$DIR/lines"
	printf '#!/bin/sh\ncat %s\n' "$DIR/lines" >"$DIR/featurelist"
	chmod +x "$DIR/featurelist"
}

net_init
as_if ''
at_least "columns that the loader reads" 60 "$(grep -c ^read "$DIR/lines")"
features >"$DIR/features.md" 2>"$DIR/err"
expect "nothing contradicts" "0 " "$? $(cat "$DIR/err")"
expect "doc/features.md is that: make features" "" \
	"$(diff "$TOP/doc/features.md" "$DIR/features.md")"
as_if "\$a read ACL match"
expect "a column that is read now" "doc/features.in: ACL.match: the loader reads it; say how far" \
	"$(features 2>&1 >/dev/null)"
as_if "\$a read Logical_Switch colour"
expect "one that no list has" "doc/features.in: Logical_Switch.colour: *not in the list" \
	"$(features 2>&1 >/dev/null)"
as_if '/^read NAT type/d'
expect "one that is read no more" "doc/features.in: NAT.type: is yes, but the loader does not read it" \
	"$(features 2>&1 >/dev/null)"
as_if '/^notice Logical_Switch qos_rules/d'
expect "one that is honoured now" "doc/features.in: Logical_Switch.qos_rules: the loader reads it*" \
	"$(features 2>&1 >/dev/null)"
as_if "\$a key NAT options colour *"
expect "a key without a word" "doc/features.in: NAT.options: key colour is not in the list" \
	"$(features 2>&1 >/dev/null)"
as_if 's/^key Logical_Switch other_config mcast_snoop false/key Logical_Switch other_config mcast_snoop *'/
expect "a key that is honoured now" "doc/features.in: Logical_Switch.other_config: key mcast_snoop*" \
	"$(features 2>&1 >/dev/null)"
# Debian 13's schema is a newer one, with more
known=$(sed -n 's/^schema //p' "$TOP/doc/features.in")
stock=$(jq -r .version "$SCHEMA" 2>/dev/null)
if [ "$stock" = "$known" ]; then
	expect "every table and column of the stock schema is there" "" \
		"$("$TOP/scripts/features.sh" schema "$SCHEMA")"
	jq '.tables.ACL.columns.colour = {"type": "string"}' "$SCHEMA" >"$DIR/schema"
	expect "one that is missing is found" ACL.colour \
		"$("$TOP/scripts/features.sh" schema "$DIR/schema")"
else
	skip "every table and column of the stock schema is there" \
		"it is ${stock:-not there}, the list is of $known"
fi
finish
