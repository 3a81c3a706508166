# SPDX-License-Identifier: GPL-2.0-only
# features.sh: what the loader reads, then doc/features.in; out comes the
# document.

function wrong(text) {
	print "doc/features.in: " text >"/dev/stderr"
	failed = 1
}

function rest(from,   i, text) {
	for (i = from; i <= NF; i++)
		text = text (i > from ? " " : "") $i
	return text
}

# What a column is, in the document's words; how: added to.
function state(table, column, said) {
	reads = (table, column) in read
	if ((said == "yes" || said == "part") && (!reads || (table, column) in notice))
		wrong(table "." column ": is " said ", but the loader " \
			(reads ? "makes a notice of it" : "does not read it"))
	if (said == "notice" && (!reads || (table, column) in notice))
		wrong(table "." column ": is notice, but the loader " \
			(reads ? "says so by itself: no" : "does not read it"))
	if (said == "other" && reads)
		wrong(table "." column ": the loader reads it; say how far")
	if (said == "no" && reads && !((table, column) in notice))
		wrong(table "." column ": the loader reads it; say how far")
	if (said == "no" && (table, column) in notice)
		return "notice"
	if (said !~ /^(yes|part|no|notice|other)$/)
		wrong(table "." column ": " said " is no state")
	return said
}

FNR == 1 { file++ }
file == 1 && $1 == "read" { read[$2, $3] = 1; next }
file == 1 && $1 == "notice" { notice[$2, $3] = rest(4); next }
file == 1 && $1 == "key" {
	key_list[$2, $3] = key_list[$2, $3] " " $4
	key_value[$2, $3, $4] = $5
	next
}
file == 1 && ($1 == "source" || $1 == "nowhere") { source[$2] = $1; next }
file == 1 && ($1 == "load" || $1 == "agent") {
	if (!($2 in sb)) sb_order[++n_sb] = $2
	sb[$2]
	sb_columns[$2, $1] = sb_columns[$2, $1] " " $3
	next
}
/^#/ || !NF { next }
$1 == "schema" { schema = $2; next }
$1 == "feature" {
	n_features++
	text = rest(2)
	feature[n_features] = substr(text, 1, index(text, ": ") - 1)
	wants[n_features] = substr(text, index(text, ": ") + 2)
	next
}
$1 == "table" {
	table = $2
	tables[++n_tables] = table
	n_columns[table] = 0
	next
}
$1 == "key" {
	id = table SUBSEP column SUBSEP $2
	key_said[id] = $3
	key_how[id] = rest(4)
	if ($3 == "no") # a kind of value, not a key
		states[table "." column ":" $2] = "no"
	next
}
{
	column = $1
	columns[table, ++n_columns[table]] = column
	listed[table, column]
	states[table "." column] = state(table, column, $2)
	how[table, column] = rest(3)
}

# honoured: its name stands in the source; none: it need not.
function keys_text(table, column,   n, list, i, key, id, value, honoured, none, only, text) {
	n = split(key_list[table, column], list, " ")
	for (i = 1; i <= n; i++) {
		key = list[i]
		id = table SUBSEP column SUBSEP key
		value = key_value[table, column, key]
		text = "`" key "`" (key_how[id] ? " (" key_how[id] ")" : "")
		if (value != "*") {
			only = only (only ? ", " : "") "`" key "=" value "`"
			states[table "." column ":" key] = "no"
		} else if (!(id in key_said)) {
			wrong(table "." column ": key " key " is not in the list")
		} else if (key_said[id] == "honoured") {
			if (source[key] != "source" && key_how[id] !~ /northd/)
				wrong(table "." column ": key " key " is nowhere in the loader")
			honoured = honoured (honoured ? ", " : "") text
			states[table "." column ":" key] = "yes"
		} else {
			none = none (none ? ", " : "") text
			states[table "." column ":" key] = "no"
		}
	}
	for (id in key_said) {
		split(id, list, SUBSEP)
		if (list[1] == table && list[2] == column && key_said[id] != "no" &&
		    !((table, column, list[3]) in key_value))
			wrong(table "." column ": key " list[3] " is not the loader's")
	}
	if (!n)
		return ""
	return (honoured ? "honoured: " honoured "; " : "") \
		(none ? "without effect: " none "; " : "") \
		(only ? "with this value only: " only "; " : "") "any other key gets a notice"
}

function words(s) {
	return s == "yes" ? "yes" : s == "part" ? "partly" : s == "no" ? "**no**" : \
		s == "notice" ? "**no**, with a notice" : "as with stock OVN"
}

# The state of all columns of a feature together.
function together(list,   n, names, i, s, yes, no, part) {
	n = split(list, names, " ")
	for (i = 1; i <= n; i++) {
		if (!(names[i] in states)) {
			wrong(names[i] ": of a feature, is no column or key here")
			continue
		}
		s = states[names[i]]
		yes += s == "yes"
		part += s == "part"
		no += s == "no" || s == "notice"
	}
	return no && !yes && !part ? "no" : no || part ? "part" : "yes"
}

function cells(table,   i, column, s, text, more) {
	for (i = 1; i <= n_columns[table]; i++) {
		column = columns[table, i]
		s = states[table "." column]
		text = how[table, column]
		if ((table, column) in notice)
			text = "\"" notice[table, column] "\"" (text ? "; " text : "")
		more = keys_all[table, column]
		text = text (text && more ? "; " : "") more
		out = out "| " column " | " words(s) " | " text " |\n"
	}
}

function sb_words(list) {
	return list ? substr(list, 2) : "-"
}

END {
	for (pair in read) {
		split(pair, list, SUBSEP)
		if (!(pair in listed))
			wrong(list[1] "." list[2] ": the loader reads it; it is not in the list")
	}
	for (t = 1; t <= n_tables; t++)
		for (i = 1; i <= n_columns[tables[t]]; i++)
			keys_all[tables[t], columns[tables[t], i]] = \
				keys_text(tables[t], columns[tables[t], i])
	out = "# Features of OVN, and which of them xovn has\n\n" \
		"Made by `make features` from what the loader reads, and from " \
		"[features.in](features.in);\nnot to be edited. A test fails where it " \
		"is not what the code is.\n\n" \
		"`xovn check --nb FILE|SERVER` lists what a network uses of what is " \
		"missing, with the\nrows; `xovn load` warns of each kind.\n\n" \
		"| | |\n|---|---|\n| yes | as OVN has it |\n" \
		"| partly | what stands beside it |\n" \
		"| **no**, with a notice | left out, and said by load and check |\n" \
		"| **no** | not read |\n" \
		"| as with stock OVN | a matter of ovn-northd, ovsdb-server or tools, which stay stock |\n\n" \
		"## By feature\n\n| feature | xovn | rests on |\n|---|---|---|\n"
	for (i = 1; i <= n_features; i++) {
		text = wants[i]
		gsub(/ /, ", ", text)
		out = out "| " feature[i] " | " words(together(wants[i])) " | " text " |\n"
	}
	out = out "\n## By table and column of the Northbound database\n\n" \
		"Every column of schema " schema ", and those of later ones that the " \
		"loader knows.\n"
	for (t = 1; t <= n_tables; t++) {
		out = out "\n### " tables[t] "\n\n| column | xovn | |\n|---|---|---|\n"
		cells(tables[t])
	}
	out = out "\n## Southbound database\n\n" \
		"Who reads what; Logical_Flow and all tables that are not named are " \
		"read by nobody.\n\n| table | `xovn load --sb` | `xovn agent` |\n|---|---|---|\n"
	for (i = 1; i <= n_sb; i++)
		out = out "| " sb_order[i] " | " sb_words(sb_columns[sb_order[i], "load"]) \
			" | " sb_words(sb_columns[sb_order[i], "agent"]) " |\n"
	if (failed)
		exit 1
	printf "%s", out
}
