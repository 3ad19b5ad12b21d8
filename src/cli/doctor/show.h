/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sextant doctor --client` found out, for people and for programs; findings are reported apart.
 * Appends to the caller's text.
 * Never lets an octet of the network reach the terminal as a control character.
 */
#ifndef CLI_DOCTOR_SHOW_H
#define CLI_DOCTOR_SHOW_H

#include "base/text.h"
#include "doctor/client.h"

void client_to_text(const struct client_facts *facts, struct text *out);
/* Members of one object: interfaces, resolv_conf, resolvers, platforms. */
void client_to_json(const struct client_facts *facts, struct json_writer *json);

#endif
