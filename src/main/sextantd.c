/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sextantd: the daemon. Reads its arguments and lives until it is told to stop.
 */
#include "daemon/daemon.h"
#include <sextant_commit.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define CONFIG_DEFAULT "/etc/sextant/sextant.yaml"

static void usage_print(FILE *to)
{
	fputs("usage: sextantd [--config FILE] [--lab]\n"
	      "Serves DNS zones over IPv6 and IPv4, in the foreground, until SIGTERM or SIGINT; SIGHUP reloads, SIGUSR1\n"
	      "opens log files again.\n"
	      "\n"
	      "  -c, --config FILE  the configuration ($SEXTANT_CONFIG, else " CONFIG_DEFAULT ")\n"
	      "      --lab          high ports, no root: to try things out\n"
	      "  -h, --help         this text\n"
	      "  -V, --version      the version\n"
	      "\n"
	      "Exit codes: 0 stopped as asked, 1 could not start, 2 bad usage or a configuration that cannot be "
	      "read.\n",
	      to);
}

int main(int argc, char **argv)
{
	static const struct option rows[] = {{"config", required_argument, NULL, 'c'},
					     {"lab", no_argument, NULL, 'l'},
					     {"help", no_argument, NULL, 'h'},
					     {"version", no_argument, NULL, 'V'},
					     {NULL, 0, NULL, 0}};
	struct daemon_options options = {.config_path = getenv("SEXTANT_CONFIG"), .version = SEXTANT_VERSION,
					 .commit = SEXTANT_COMMIT,
					 .notify_socket = getenv("NOTIFY_SOCKET"),
					 .is_watched = getenv("WATCHDOG_USEC") != NULL};
	if (options.config_path == NULL)
		options.config_path = CONFIG_DEFAULT;
	int letter;
	while ((letter = getopt_long(argc, argv, "c:hV", rows, NULL)) != -1) {
		switch (letter) {
		case 'c':
			options.config_path = optarg;
			break;
		case 'l':
			options.is_lab = true;
			break;
		case 'h':
			usage_print(stdout);
			return DAEMON_OK;
		case 'V':
			puts("sextantd " SEXTANT_VERSION);
			return DAEMON_OK;
		default:
			usage_print(stderr);
			return DAEMON_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "sextantd: unexpected argument: %s\n", argv[optind]);
		usage_print(stderr);
		return DAEMON_USAGE;
	}
	return daemon_run(&options);
}
