/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF programs of each chassis, on maps of its own, attached to taps. */
#ifndef SELFTESTS_MODEL_HOST_H
#define SELFTESTS_MODEL_HOST_H

#include "compile/compile.h"
#include "drop.h"
#include "model.h"

#define VIFS_PER_HOST BOUND_MAX

struct device;

void hosts_init(void);
/* Empties a chassis' maps and writes the network's. */
void host_load(int chassis, const struct logical *net,
	       const struct compile_output *out);
/* Packets dropped there, by reason, since the programs were loaded. */
void host_drops(int chassis, uint64_t counts[DROP_REASON_COUNT]);
/* Packets that an entry of map "counter" has seen. */
uint64_t host_counter(int chassis, uint32_t number);
struct device *host_vif(int chassis, int number);
struct device *host_underlay(int chassis);
struct device *host_external(int chassis); /* to the physical network */

/* network.c: databases and a placement are written, read and compiled as
 * `xovn load` does, the outcome loaded on each chassis. */
void network_load(const struct logical *net);
/* The tap of a bound LSP, and back; NULL, -1: none. */
struct device *network_device(int lsp);
int network_lsp(const struct logical *net, const struct device *d);
/* enum counter_port's first entry of a port on its chassis; 0: none. */
uint32_t network_counter(int lsp);

#endif /* SELFTESTS_MODEL_HOST_H */
