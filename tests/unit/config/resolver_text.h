/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration with one resolver, made of text, and what was read of it as text again.
 * Owned: what load_good returns, by the test.
 * Never reads a file of the host: hints and anchors stand in the text.
 */
#ifndef TESTS_UNIT_CONFIG_RESOLVER_TEXT_H
#define TESTS_UNIT_CONFIG_RESOLVER_TEXT_H

#include "config/config.h"

#include "tests/unit/cmocka_all.h"

#define OWN "root-hints: ['2001:db8::53', 192.0.2.53], trust-anchors: ['. IN DS 20326 8 2 " DIGEST "'], "
#define DIGEST "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define LISTEN "listen: ['::1@5301', 127.0.0.1@5301], "
#define SERVICE(more) "version: 1\nservices:\n  lan: {role: resolver, " OWN LISTEN more "}\n"

int load(const char *text, struct finding_list *findings, struct config **ret);
/* The configuration that must be free of errors. */
struct config *load_good(const char *text);

void check_server(const struct policy_server *server, const char *expected);
void check_name(struct name name, const char *expected);

#endif
