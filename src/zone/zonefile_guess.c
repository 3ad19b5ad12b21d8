/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile.h"

#include "zone/zonefile_parser.h"

/* Where the guess stands: names are made of these two. */
struct guess {
	struct name_buffer origin_buffer;
	struct name origin; /* wire NULL: no $ORIGIN yet */
	struct name_buffer owner_buffer;
	struct name owner;
};

static bool is_soa(const struct zonefile_lexer *lexer)
{
	/* Owner, TTL and class may stand in front. */
	for (size_t i = lexer->is_indented ? 0 : 1; i < lexer->count; i++) {
		struct span text = lexer->tokens[i].text;
		uint32_t ttl_s;
		uint16_t class;
		if (zonefile_text_is(text, "SOA"))
			return true;
		if (rdata_ttl_from_text(text, &ttl_s) != ERR_OK && rrclass_from_text(text, &class) != ERR_OK)
			return false;
	}
	return false;
}

static int guess_entry(struct guess *guess, const struct zonefile_lexer *lexer)
{
	struct name_buffer buffer;
	struct name name;
	const struct rdata_token *tokens = lexer->tokens;
	bool is_directive = !lexer->is_indented && tokens[0].text.size > 0 && tokens[0].text.data[0] == '$';
	if (is_directive) {
		bool is_origin = zonefile_text_is(tokens[0].text, "$ORIGIN") && lexer->count > 1;
		if (is_origin && name_from_text(tokens[1].text, guess->origin, &buffer, &name, NULL) == ERR_OK)
			guess->origin = name_copy(name, &guess->origin_buffer);
		return ERR_NOT_FOUND;
	}
	if (!lexer->is_indented) {
		guess->owner.wire = NULL;
		if (name_from_text(tokens[0].text, guess->origin, &buffer, &name, NULL) == ERR_OK)
			guess->owner = name_copy(name, &guess->owner_buffer);
	}
	return is_soa(lexer) ? ERR_OK : ERR_NOT_FOUND;
}

int zonefile_guess_origin(const char *path, struct name_buffer *buffer, struct name *ret)
{
	struct zonefile_text text;
	int err = zonefile_read(path, &text);
	if (err != ERR_OK)
		return err;
	struct zonefile_lexer lexer = {0};
	struct guess guess = {0};
	enum zonefile_lexeme lexeme = ZONEFILE_ENTRY;
	size_t bom = text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	zonefile_lexer_start(&lexer, span_of(text.data + bom, text.size - bom), 1);
	err = ERR_NOT_FOUND;
	while (err == ERR_NOT_FOUND && lexeme != ZONEFILE_END) {
		int next = zonefile_lexer_next(&lexer, &lexeme);
		if (next != ERR_OK)
			err = next;
		else if (lexeme == ZONEFILE_ENTRY)
			err = guess_entry(&guess, &lexer);
	}
	if (err == ERR_OK && guess.owner.wire == NULL)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		*ret = name_copy(guess.owner, buffer);
	zonefile_lexer_free(&lexer);
	zonefile_text_free(&text);
	return err;
}
