/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this host is, for whoever reads an evidence bundle elsewhere: kernel, addresses, routes, resolv.conf.
 * Appends members to the caller's JSON.
 * Never holds secrets: no host name, no keys, no files but resolv.conf.
 */
#ifndef CLI_DOCTOR_HOST_H
#define CLI_DOCTOR_HOST_H

#include "base/text.h"

void host_to_json(const char *resolv_conf_path, struct json_writer *json);

#endif
