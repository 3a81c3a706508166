# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Certificates as ovs-pki makes them, for tests of ssl:, in the directory that
# this is called in.

# ca NAME: NAME.key, NAME.pem
ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -keyout "$1.key" -out "$1.pem" -subj "/CN=$1" -days 2
}

# signed CA NAME [SUBJECT]: NAME.key, NAME.pem
signed() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
		-keyout "$2.key" -out "$2.csr" -subj "/CN=${3:-$2 id:0001}" &&
		openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1.key" \
			-CAcreateserial -out "$2.pem" -days 2
}
