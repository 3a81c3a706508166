// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mac.h"

/* Longest text of an address with its prefix length. */
#define PARSE_LEN (INET6_ADDRSTRLEN + 1 + INET_ADDRSTRLEN)

/* Cuts text at the slash; *plen points behind it, or is NULL. */
static int cidr_split(const char *text, char address[PARSE_LEN],
		      const char **plen)
{
	char *slash;

	if (strlen(text) >= PARSE_LEN)
		return -EINVAL;
	strcpy(address, text);
	slash = strchr(address, '/');
	*plen = slash ? slash + 1 : NULL;
	if (slash)
		*slash = '\0';
	return 0;
}

static int plen_parse(const char *text, unsigned int max, uint8_t *plen)
{
	size_t n = strspn(text, "0123456789");
	unsigned long value;

	if (!n || n > 3 || text[n])
		return -EINVAL;
	value = strtoul(text, NULL, 10);
	if (value > max)
		return -EINVAL;
	*plen = value;
	return 0;
}

/* 255.255.255.0; northd takes one as well. */
static int mask_parse(const char *text, uint8_t *plen)
{
	uint8_t mask[4];
	uint32_t bits;

	if (inet_pton(AF_INET, text, mask) != 1)
		return -EINVAL;
	bits = (uint32_t)mask[0] << 24 | mask[1] << 16 | mask[2] << 8 | mask[3];
	for (*plen = 0; bits & 0x80000000u; bits <<= 1)
		(*plen)++;
	return bits ? -EINVAL : 0;
}

int parse_ip4(const char *text, struct nb_ip4 *ip)
{
	char address[PARSE_LEN];
	const char *plen;

	ip->plen = 32;
	if (cidr_split(text, address, &plen) ||
	    inet_pton(AF_INET, address, ip->addr) != 1)
		return -EINVAL;
	if (!plen)
		return 0;
	return strchr(plen, '.') ? mask_parse(plen, &ip->plen) :
				   plen_parse(plen, 32, &ip->plen);
}

int parse_ip6(const char *text, struct nb_ip6 *ip)
{
	char address[PARSE_LEN];
	const char *plen;

	ip->plen = 128;
	if (cidr_split(text, address, &plen) ||
	    inet_pton(AF_INET6, address, ip->addr) != 1)
		return -EINVAL;
	return plen ? plen_parse(plen, 128, &ip->plen) : 0;
}

int parse_mac(const char *text, uint8_t mac[6])
{
	size_t n = mac_scan(text, mac);

	return n && !text[n] ? 0 : -EINVAL;
}

static int ip4_append(struct nb_address *a, const struct nb_ip4 *ip)
{
	struct nb_ip4 *new = realloc(a->ip4, (a->n_ip4 + 1) * sizeof(*new));

	if (!new)
		return -ENOMEM;
	a->ip4 = new;
	new[a->n_ip4++] = *ip;
	return 0;
}

static int ip6_append(struct nb_address *a, const struct nb_ip6 *ip)
{
	struct nb_ip6 *new = realloc(a->ip6, (a->n_ip6 + 1) * sizeof(*new));

	if (!new)
		return -ENOMEM;
	a->ip6 = new;
	new[a->n_ip6++] = *ip;
	return 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* strspn(3) makes a table of its characters each time. */
static size_t ip_length(const char *text)
{
	size_t n = 0;

	while ((text[n] >= '0' && text[n] <= '9') ||
	       (text[n] >= 'a' && text[n] <= 'f') ||
	       (text[n] >= 'A' && text[n] <= 'F') || text[n] == ':' ||
	       text[n] == '.' || text[n] == '/')
		n++;
	return n;
}

/* OVN, lib/ovn-util.c, extract_addresses(): IPs until the first thing that is
 * none; 0.0.0.0 is none. */
static int ips_scan(const char *text, struct nb_address *a, const char **rest)
{
	static const uint8_t none[4];
	char token[PARSE_LEN];
	struct nb_ip4 ip4;
	struct nb_ip6 ip6;
	size_t n;
	int err = 0;

	for (n = 0;; text += n) {
		while (is_space(*text))
			text++;
		n = ip_length(text);
		if (!n || n >= sizeof(token))
			break;
		memcpy(token, text, n);
		token[n] = '\0';
		if (!parse_ip4(token, &ip4)) {
			if (!memcmp(ip4.addr, none, sizeof(none)))
				break;
			err = ip4_append(a, &ip4);
		} else if (!parse_ip6(token, &ip6)) {
			err = ip6_append(a, &ip6);
		} else {
			break;
		}
		if (err) {
			address_free(a);
			return err;
		}
	}
	*rest = text;
	return 0;
}

int parse_address(const char *text, struct nb_address *a, const char **rest)
{
	size_t n;

	memset(a, 0, sizeof(*a));
	while (is_space(*text))
		text++;
	*rest = text;
	n = mac_scan(text, a->mac);
	return n ? ips_scan(text + n, a, rest) : -EINVAL;
}

int parse_host_ips(const char *text, struct nb_address *a, const char **rest)
{
	int err;

	memset(a, 0, sizeof(*a));
	err = ips_scan(text, a, rest);
	if (err)
		return err;
	if (a->n_ip4 + a->n_ip6 && a->n_ip4 < 2 && a->n_ip6 < 2 &&
	    (!a->n_ip4 || a->ip4->plen == 32) &&
	    (!a->n_ip6 || a->ip6->plen == 128))
		return 0;
	address_free(a);
	memset(a, 0, sizeof(*a));
	return -EINVAL;
}

void address_free(struct nb_address *a)
{
	free(a->ip4);
	free(a->ip6);
}

void ip4_host_bits_clear(struct nb_ip4 *ip)
{
	unsigned int bit;

	for (bit = ip->plen; bit < 32; bit++)
		ip->addr[bit / 8] &= ~(0x80 >> bit % 8);
}

int parse_number(const char *text, uint32_t max, uint32_t *value)
{
	size_t n = strspn(text, "0123456789");
	unsigned long long number;

	if (!n || n > 10 || text[n])
		return -EINVAL;
	number = strtoull(text, NULL, 10);
	if (number > max)
		return -EINVAL;
	*value = number;
	return 0;
}

bool option_boolean(const struct ovsdb_row *row, const char *key, bool fallback)
{
	const char *value = ovsdb_map_get(row, "options", key);

	/* OVS's smap_get_bool(): anything but the other word is the default. */
	if (!value)
		return fallback;
	return fallback ? strcasecmp(value, "false") != 0 :
			  strcasecmp(value, "true") == 0;
}

int parse_key(const struct ovsdb_row *row, const char *column, uint32_t max,
	      uint32_t *key, const struct nb *nb, struct error *e)
{
	const char *text = ovsdb_map_get(row, column, "requested-tnl-key");
	unsigned long value;
	char *end;

	*key = 0;
	/* northd reads an empty one, and 0, as none; it has read it where it
	 * is followed. */
	if (!text || !*text || nb->refused.is_live)
		return 0;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || text[strspn(text, "0123456789")] || value > max)
		return row_error(row, e,
				 "%s:requested-tnl-key \"%.100s\" is no number "
				 "from 1 to %u",
				 column, text, max);
	*key = value;
	return 0;
}
