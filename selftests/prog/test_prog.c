// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "tables.h"

static const struct test_group *const groups[] = {
	&switch_group,
	&flood_group,
	&answer_group,
	&fdb_group,
	&port_sec_in_group,
	&port_sec_out_group,
	&arp_group,
	&route_group,
	&router_local_group,
	&router_error_group,
	&loop_group,
	&learn_group,
	&teach_group,
	&own_mac_group,
	&too_big_group,
	&departure_group,
	&departure_routers_group,
	&arrival_group,
	&tunnel_group,
	&tunnel_drop_group,
	&underlay_pass_group,
	&base_group,
	&routes_group,
	&gateway_group,
	&gateway_own_group,
	&gateway_elsewhere_group,
	&localnet_arp_group,
	&localnet_host_group,
	&localnet_answer_group,
	&localnet_untagged_group,
	&localnet_tagged_group,
	&localnet_unattached_group,
	&localnet_slow_group,
	&provider_group,
	&provider_fdb_group,
	&provider_tagged_group,
	&provider_unattached_group,
	&gateway_guests_group,
	&gateway_remote_group,
	&one_nic_group,
	&age_group,
	&snat_group,
	&snat_clash_group,
	&snat_direct_group,
	&snat_range_group,
	&nat_sets_group,
	&dnat_group,
	&stateless_group,
	&forced_group,
	&forced_stateless_group,
	&forced_router_group,
	&nat_icmp_group,
	&frag_group,
	&lb_group,
	&lb_inside_group,
	&lb_forced_group,
	&lb_forced_router_group,
	&lb_switch_group,
	&lb_choice_group,
	&ct_group,
	&action_group,
	&action_stateless_group,
	&ct_flood_group,
	&unsupported_group,
	&no_underlay_group,
	&no_underlay_gateway_group,
	&underlay_deleted_group,
	&down_group,
	&deleted_group,
	&ct_full_group,
	&counters_group,
	&counters_routers_group,
	&counters_nat_group,
	&counters_switch_lb_group,
	&counters_mixed_group,
	&places_group,
	&lost_group,
	&limit_icmp_group,
	&limit_learn_group,
	&limit_ct_group,
};

/* usage: test_prog [GROUP...]    only groups whose name holds GROUP */
static bool is_wanted(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++) {
		if (strstr(name, argv[i]))
			return true;
	}
	return argc < 2;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	devices_init();
	harness_init();
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		if (is_wanted(argc, argv, groups[i]->name))
			test_group_run(groups[i]);
	}
	if (is_wanted(argc, argv, "parser"))
		test_parser();
	if (is_wanted(argc, argv, "hostile"))
		test_hostile();
	if (is_wanted(argc, argv, "gso"))
		test_gso();
	if (is_wanted(argc, argv, "gso gateway"))
		test_gso_gateway();
	if (is_wanted(argc, argv, "refused"))
		test_refused();
	if (is_wanted(argc, argv, "random"))
		test_random();
	if (is_wanted(argc, argv, "source port"))
		test_source_port();
	if (is_wanted(argc, argv, "lb choice"))
		test_lb_gateways();
	if (is_wanted(argc, argv, "upcall"))
		test_upcall();
	if (argc < 2) /* a choice of groups need not reach all */
		reasons_check();
	tests_end();
	return tests_failed() ? 1 : 0;
}
