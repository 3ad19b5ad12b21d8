/* SPDX-License-Identifier: BSD-2-Clause */
#include "deliver/webhook.h"

#include "base/random.h"
#include "base/text.h"

#include <curl/curl.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct webhook {
	CURL *curl;
	struct curl_slist *headers;
	char *url;
	char error[CURL_ERROR_SIZE];
	struct courier *courier; /* of the try that runs */
};

/* What the server says beyond its status is of no use here. */
static size_t body_drop(char *data, size_t size, size_t count, void *owner)
{
	(void)data;
	(void)owner;
	return size * count;
}

/* Not 0: the try ends at once. */
static int is_to_end(void *owner, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct webhook *webhook = owner;
	(void)a, (void)b, (void)c, (void)d;
	return courier_is_over(webhook->courier);
}

static int header_add(struct webhook *webhook, const char *line)
{
	struct curl_slist *headers = curl_slist_append(webhook->headers, line);
	if (headers == NULL)
		return -ENOMEM;
	webhook->headers = headers;
	return ERR_OK;
}

static int headers_add(struct webhook *webhook, const char *lines)
{
	int err = header_add(webhook, "Content-Type: application/json");
	if (err == ERR_OK)
		err = header_add(webhook, "Expect:"); /* no waiting for "100 Continue" */
	while (err == ERR_OK && lines != NULL && *lines != '\0') {
		size_t size = strcspn(lines, "\r\n");
		char *line = strndup(lines, size);
		err = line == NULL ? -ENOMEM : size > 0 && line[0] != '#' ? header_add(webhook, line) : ERR_OK;
		free(line);
		lines += size;
		lines += strspn(lines, "\r\n");
	}
	return err;
}

static int options_set(struct webhook *webhook, const struct webhook_options *options)
{
	CURL *curl = webhook->curl;
	curl_easy_setopt(curl, CURLOPT_URL, webhook->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)WEBHOOK_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)WEBHOOK_TIMEOUT_MS / 2);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "sextantd");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, webhook->headers);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, webhook->error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_drop);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_to_end);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, webhook);
	if (options->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
	return ERR_OK;
}

int webhook_new(const struct webhook_options *options, struct webhook **ret)
{
	struct webhook *webhook = calloc(1, sizeof(*webhook));
	if (webhook == NULL)
		return -ENOMEM;
	webhook->curl = curl_easy_init();
	webhook->url = strdup(options->url);
	int err = webhook->curl != NULL && webhook->url != NULL ? headers_add(webhook, options->headers) : -ENOMEM;
	if (err == ERR_OK)
		err = options_set(webhook, options);
	if (err != ERR_OK) {
		webhook_free(webhook);
		return err;
	}
	*ret = webhook;
	return ERR_OK;
}

void webhook_free(struct webhook *webhook)
{
	if (webhook == NULL)
		return;
	if (webhook->curl != NULL)
		curl_easy_cleanup(webhook->curl);
	curl_slist_free_all(webhook->headers);
	free(webhook->url);
	free(webhook);
}

/* --- trying --- */

/* Statuses that say "later": RFC 9110 15.5.9 and 15.6, RFC 6585 4. */
static bool is_passing(long status)
{
	return status == 408 || status == 429 || status >= 500;
}

/* Of the address only the server: paths of webhooks are often the secret itself. */
static void why_add(const struct webhook *webhook, const char *what, char *ret_why)
{
	struct text clean = {0};
	const char *server = strstr(webhook->url, "//");
	int size = server != NULL ? (int)(server + 2 - webhook->url + (ptrdiff_t)strcspn(server + 2, "/?#")) : 0;
	text_add_clean(&clean, what, strlen(what));
	snprintf(ret_why, COURIER_WHY_MAX, "%.*s: %s", size, webhook->url, text_string(&clean));
	text_free(&clean);
}

/* ERR_OK; ERR_MISMATCH: it will not be better later; ERR_LIMIT: it may be. */
static int try_once(struct webhook *webhook, struct span message, char *ret_why)
{
	long status = 0;
	char what[64];
	webhook->error[0] = '\0';
	curl_easy_setopt(webhook->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message.size);
	curl_easy_setopt(webhook->curl, CURLOPT_POSTFIELDS, (const char *)message.data);
	CURLcode rc = curl_easy_perform(webhook->curl);
	if (rc != CURLE_OK) {
		why_add(webhook, webhook->error[0] != '\0' ? webhook->error : curl_easy_strerror(rc), ret_why);
		return rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_URL_MALFORMAT ? ERR_MISMATCH : ERR_LIMIT;
	}
	curl_easy_getinfo(webhook->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return ERR_OK;
	snprintf(what, sizeof(what), "the server answered with status %ld", status);
	why_add(webhook, what, ret_why);
	return is_passing(status) ? ERR_LIMIT : ERR_MISMATCH;
}

/* Half to all of it: those that failed together do not come back together. */
static uint32_t backoff_ms(unsigned tries)
{
	uint32_t most = WEBHOOK_BACKOFF_MS << (tries - 1), chance;
	random_bytes(&chance, sizeof(chance));
	return most / 2 + chance % (most / 2 + 1);
}

int webhook_carry(void *owner, struct courier *courier, const struct parcel *parcel, char *ret_why)
{
	struct webhook *webhook = owner;
	webhook->courier = courier;
	for (unsigned tries = 1;; tries++) {
		int err = try_once(webhook, parcel->text, ret_why);
		if (err != ERR_LIMIT || tries == WEBHOOK_TRIES || !courier_sleep(courier, backoff_ms(tries)))
			return err;
	}
}
