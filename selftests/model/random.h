/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers that a seed repeats; networks and frames made of them. */
#ifndef SELFTESTS_MODEL_RANDOM_H
#define SELFTESTS_MODEL_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

void random_seed(uint64_t seed);
uint64_t random_next(void);
uint32_t random_below(uint32_t n); /* 0..n-1 */
bool random_percent(uint32_t percent);

/* generate.c */
void logical_generate(struct logical *net, uint64_t seed);
/* generate_router.c: routers between its switches, and their routes. */
void routers_generate(struct logical *net);

/* generate_gateway.c: inside, a gateway router with NAT and load balancers,
 * a physical network. */
void gateway_generate(struct logical *net, uint64_t seed);
/* generate_lb.c, of it: load balancers. */
void balancers_generate(struct logical *net, int gw);
/* Parts of the others that it is made of, too. */
void chassis_generate(struct logical *net);
uint32_t datapath_key(const struct logical *net);
uint16_t port_key(const struct logical *net, int sw);

/* Where a frame comes in: from the guest of an LSP, or by a chassis' NIC. */
enum place { AT_VIF, AT_UNDERLAY, AT_EXTERNAL };

struct arrival_at {
	enum place place;
	int lsp, chassis;
};

/* frames.c: any frame; flows.c: what it carries;
 * mutate.c: changes for the worse. */
void frame_random(const struct logical *net, struct frame *f,
		  struct arrival_at *at);
void frame_mutate(struct frame *f);
void frame_near(struct frame *f, bool is_geneve);
/* What a guest answers to an ARP request. */
bool frame_arp_answer(const uint8_t mac[6], uint32_t ip,
		      const struct frame *request, struct frame *f);
/* The tag of a physical network, if it has one. */
void frame_tag(struct frame *f, uint16_t vlan);
void packet_to_frame(struct packet *p, struct frame *f);

const char *ip_text(uint32_t ip, char text[16]);
const char *ip6_text(const uint8_t ip[16], char text[48]);
const char *mac_text(const uint8_t mac[6], char text[18]);

#endif /* SELFTESTS_MODEL_RANDOM_H */
