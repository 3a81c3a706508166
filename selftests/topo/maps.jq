# SPDX-License-Identifier: GPL-2.0-only
# 57-maps.sh: compares doc/maps.md ($doc) with dumps, {"map", "dump"} each on
# the input, and with "MAP WORD" lines of what enums can say ($words).  TAP.

# Members that no two runs have alike.
def volatile:
	["counter", "counter_dnat", "counter_snat", "counter_route", "counter_out"] as
		$handed_out | . as $map | ({
		config: ["program_id", "ct_seed", "generation"],
		tunnel: ["nexthop_mac", "local_mac"],
		heard: ["mac"],
		attachment: ["netns"],
		epoch: ["count"],
		learned: ["seen"],
		affinity: ["expires"],
		ct: ["key", "sport", "dport", "seq", "expires", "generation", "stamp"],
		ct_index: ["key", "slot"],
		ct_hand: ["value"],
		ct_share: ["records"],
		rate: ["next"],
		frag: ["id", "sport", "dport", "expires"],
		ct_event: ["values"],
		drop: ["values"],
		drop_at: ["values"],
		counter: ["values"],
		monitor: ["lease"],
		monitor_cpu: ["values"],
		event: ["value"]
	}[$map] // []) + $handed_out;

def scrub($names): walk(if type == "object"
	then with_entries(select(.key as $k | $names | index($k) | not)) else . end);

# Names and nesting, whatever the length of arrays.
def shape: [paths | map(if type == "number" then 0 else . end)] | unique;

def quoted: [scan("`([a-z_0-9]+)`")[0]];

def verdict($name; $bad):
	if $bad == [] then "ok - \($name)"
	else "not ok - \($name)", "#   \($bad | tojson | .[:4000])" end;

($doc | split("\n### ")[1:] | map({key: split("\n")[0], value: split("\n## ")[0]}) |
	from_entries) as $sections |
($words | split("\n") | map(split(" ") | select(length == 2)) | group_by(.[0]) |
	map({key: .[0][0], value: map(.[1])}) | from_entries) as $words |
[inputs] as $dumps |

($dumps[] | .map as $map | $sections[$map] as $section |
	[.dump[]? | .formatted // .] as $entries |
	if $section == null then verdict("\($map): has a section"; ["none"])
	elif .dump == null then verdict("\($map): has a section"; [])
	elif $entries == [] then verdict("\($map): the network has an entry of it"; ["none"])
	else
		# the section and those that it points to
		([$section, $sections[$section | scan("\\(#([a-z_0-9]+)\\)")[0]]] |
			map(. // "") | join("\n")) as $text |
		([$entries[0] | .. | objects | keys[]] |
			unique - ["key", "value", "values", "cpu", "pad"]) as $members |
		($section | try (capture("```json\n(?<j>[^`]*)```").j | fromjson)
			catch null) as $example |
		verdict("\($map): every member is explained"; $members - ($text | quoted)),
		verdict("\($map): no member that there is not";
			[$section | split("\n")[] | select(startswith("|")) | split("|")[1] |
				quoted[]] - $members),
		verdict("\($map): every word of its enums is there";
			($words[$map] // []) - [$text | scan("[A-Z][A-Z0-9_]*")]),
		verdict("\($map): the example has the members of the dump";
			if ($example | shape) == ($entries[0] | shape) then []
			else $entries[:1] end),
		verdict("\($map): the example is an entry";
			($map | volatile) as $names | ($example | scrub($names)) as $wanted |
			if any($entries[]; scrub($names) == $wanted) then [] else $entries end)
	end),
verdict("no section without a map"; ($sections | keys) - [$dumps[].map])
