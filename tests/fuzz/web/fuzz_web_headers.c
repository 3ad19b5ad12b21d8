/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first octet says which header the rest is: nothing that was not given for the token opens the dashboard, and no
 * header is read beyond its end.
 */
#include "tests/fuzz/require.h"
#include "web/assets.h"

#include <string.h>

#define TOKEN "0123456789abcdef-fuzz"

static const struct web_asset page = {
	"/index.html", "text/html", "W/\"abc\"", {(const uint8_t *)"page", 4}, {(const uint8_t *)"zip", 3}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct web_request request;
	if (size == 0)
		return 0;
	char *text = malloc(size); /* of its own size, so that reading on is found */
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	struct web_reply reply = {0};
	memset(request.headers, 0, sizeof(request.headers));
	switch (data[0] % 4) {
	case 0:
		REQUIRE(!session_is_good(TOKEN, NULL, text, 1800000000));
		break;
	case 1:
		REQUIRE(session_is_good(TOKEN, text, NULL, 1800000000) ==
			(strlen(text) == 7 + strlen(TOKEN) && strncasecmp(text, "Bearer ", 7) == 0 &&
			 strcmp(text + 7, TOKEN) == 0));
		break;
	case 2:
		request.headers[WEB_HEADER_ACCEPT_ENCODING] = text;
		asset_answer(&page, &request, &reply);
		REQUIRE(!reply.is_gzip || strcasestr(text, "gzip") != NULL);
		break;
	default:
		request.headers[WEB_HEADER_IF_NONE_MATCH] = text;
		asset_answer(&page, &request, &reply);
		REQUIRE(reply.status == 200 || strstr(text, "\"abc\"") != NULL || strchr(text, '*') != NULL);
		break;
	}
	free(text);
	return 0;
}
