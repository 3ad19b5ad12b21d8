/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The addresses of service names and the names of these addresses, for people and as JSON.
 * Borrowed: appends to the caller's text.
 * Never shows what could not be seen as missing.
 */
#ifndef CLI_AUDIT_SCREEN_SERVICES_H
#define CLI_AUDIT_SCREEN_SERVICES_H

#include "audit/service.h"
#include "base/text.h"

void screen_service(const struct service *service, struct text *out);
void screen_service_json(const struct service *service, struct json_writer *json);

#endif
