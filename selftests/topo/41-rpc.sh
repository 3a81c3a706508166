#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Connections to a real ovsdb-server: unix:, tcp:, ssl: with TLS 1.2 and 1.3;
# certificates that are no good, either side's; large messages both ways; a
# server that dies.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/topo/pki.sh
. "$(dirname "$0")/pki.sh"
net_init
ns_add wire
export OVS_RUNDIR=$DIR
cd "$DIR" || exit 1
server_pid='' talk_pid=''

{
	ca ours && ca theirs && signed ours server && signed ours client &&
		signed theirs stranger && openssl ec -in client.key -aes128 \
		-passout pass:secret -out locked.key
} >openssl.log 2>&1 || die "$(cat openssl.log)"

cat >talk.ovsschema <<'END'
{"name": "Talk", "version": "1.0.0", "tables": {"Word": {"isRoot": true,
 "columns": {"text": {"type": "string"}}}}}
END
ovsdb-tool create talk.db talk.ovsschema

# server PROTOCOLS: $server_pid; listens on 6641 (tcp), 6642 (ssl).
server() {
	spawn server_pid wire ovsdb-server --no-chdir --unixctl="$DIR/ctl" \
		--remote=punix:sock --remote=ptcp:6641:127.0.0.1 \
		--remote='ptcp:6641:[::1]' --remote=pssl:6642:127.0.0.1 \
		--private-key=server.key --certificate=server.pem \
		--ca-cert=ours.pem --ssl-protocols="$1" talk.db \
		>server.log 2>&1
	until_true 10 listening wire 6642 || die "$(cat server.log)"
}
server_end() {
	kill "$server_pid"
	wait "$server_pid" 2>/dev/null
}

# talk REMOTE [METHOD PARAMS [KEY CERTIFICATE CA]]
talk() {
	on wire timeout 60 "$TOOLS/rpctalk" "$1" "${2:-list_dbs}" "${@:4}" \
		<<<"${3:-[]}"
}
ssl() { # KEY CERTIFICATE CA
	talk ssl:127.0.0.1:6642 list_dbs '[]' "$@"
}
databases='\["Talk","_Server"\]'

# shellcheck disable=SC2016 # expands in the namespace
on wire sh -c 'f=/proc/sys/net/ipv6/conf/lo/disable_ipv6
	[ ! -e $f ] || echo 0 >$f' 2>/dev/null
server TLSv1.2
expect "unix:" "$databases" "$(talk "unix:$DIR/sock" | jq -c sort)"
for host in 127.0.0.1 localhost '[::1]'; do
	if [ "$host" = '[::1]' ] && [ ! -e /proc/net/if_inet6 ]; then
		skip "tcp:$host" "no IPv6"
		continue
	fi
	expect "tcp:$host" "$databases" "$(talk "tcp:$host:6641" | jq -c sort)"
done
expect "ssl: with TLS 1.2 alone" "$databases" \
	"$(ssl client.key client.pem ours.pem | jq -c sort)"
refused "TLS 1.2: the server refuses a certificate of another CA" \
	"rpctalk: ssl:127.0.0.1:6642: refused by the server: *alert*; it must trust the CA of certificate stranger.pem" \
	ssl stranger.key stranger.pem ours.pem
server_end

server TLSv1.3
expect "ssl: with TLS 1.3 alone" "$databases" \
	"$(ssl client.key client.pem ours.pem | jq -c sort)"
# the alert, or the reset that overtook it
refused "TLS 1.3: the server refuses a certificate of another CA" \
	"rpctalk: ssl:127.0.0.1:6642: * CA of certificate stranger.pem" \
	ssl stranger.key stranger.pem ours.pem
refused "the server's certificate is not of the CA we trust" \
	"rpctalk: ssl:127.0.0.1:6642: the server's certificate is refused: *; CA certificate theirs.pem must be that of its CA" \
	ssl client.key client.pem theirs.pem
# the server does ask for ours: it ends what has none, without an answer
on wire timeout 60 openssl s_client -ign_eof -connect 127.0.0.1:6642 \
	-CAfile ours.pem >nobody 2>&1 <<<'{"id":1,"method":"list_dbs","params":[]}'
expect "the server speaks to nobody without a certificate" "ended, 0 answers" \
	"$([ $? = 124 ] || echo ended), $(grep -c '"result"' nobody) answers"
refused "no certificate" \
	"rpctalk: ssl:127.0.0.1:6642: no private key; ssl: needs private key, *" \
	talk ssl:127.0.0.1:6642
refused "a file that is missing" \
	"rpctalk: *: certificate gone.pem: No such file or directory; *set-ssl*" \
	ssl client.key gone.pem ours.pem
refused "a file that is no certificate" \
	"rpctalk: *: CA certificate talk.db is no good: *; ssl: needs *" \
	ssl client.key client.pem talk.db
refused "a private key of another certificate" \
	"rpctalk: *: private key server.key is not that of certificate client.pem; *" \
	ssl server.key client.pem ours.pem
refused "a private key with a passphrase: no question" \
	"rpctalk: *: private key locked.key is no good: *" \
	ssl locked.key client.pem ours.pem
refused "ssl: where the server has tcp:" "rpctalk: ssl:127.0.0.1:6641: *" \
	talk ssl:127.0.0.1:6641 list_dbs '[]' client.key client.pem ours.pem
refused "tcp: where the server has ssl:" "rpctalk: tcp:127.0.0.1:6642: *" \
	talk tcp:127.0.0.1:6642
refused "nobody there" \
	"rpctalk: tcp:127.0.0.1:6643: cannot be connected to: Connection refused" \
	talk tcp:127.0.0.1:6643

# 2 MB there and back
head -c 1500000 /dev/urandom | base64 -w 0 >word
printf '["Talk",{"op":"insert","table":"Word","row":{"text":"%s"}}]' \
	"$(cat word)" >insert
select='["Talk",{"op":"select","table":"Word","where":[],"columns":["text"]}]'
remote=tcp:127.0.0.1:6641 files=()
for kind in tcp: ssl:; do
	on wire timeout 60 "$TOOLS/rpctalk" $remote transact "${files[@]}" \
		<insert >inserted 2>&1
	expect "$kind a row with a string of 2 MB is sent" "1" \
		"$(jq '.[0].uuid | length / 2' inserted 2>&1)"
	talk $remote transact "$select" "${files[@]}" >selected 2>&1
	jq -j '.[0].rows[0].text' <selected >came 2>/dev/null
	check "$kind and comes back the same" cmp word came
	talk "unix:$DIR/sock" transact \
		'["Talk",{"op":"delete","table":"Word","where":[]}]' >/dev/null
	remote=ssl:127.0.0.1:6642 files=(client.key client.pem ours.pem)
done

# a request without an answer: the server waits for a row
cat >request <<'END'
["Talk",{"op":"wait","table":"Word","where":[],"columns":["text"],
	"until":"==","rows":[{"text":"never"}]}]
END
for remote in "unix:$DIR/sock" tcp:127.0.0.1:6641 ssl:127.0.0.1:6642; do
	# what runs in the background has no input of ours
	spawn talk_pid wire timeout 60 sh -c 'exec "$@" <request' sh \
		"$TOOLS/rpctalk" "$remote" transact client.key client.pem \
		ours.pem 2>dead 3>sent
	until_true 20 grep -q sent sent
	# what it has not read would make a reset of its end: another's answer
	# comes behind that
	talk "unix:$DIR/sock" >/dev/null
	kill -9 "$server_pid"
	wait "$server_pid" 2>/dev/null
	wait "$talk_pid"
	expect "$remote: the server is killed" \
		"1: rpctalk: $remote: closed by the server*" "$?: $(cat dead)"
	rm -f sock ctl
	server TLSv1.3
done
finish
