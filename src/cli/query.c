/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/compare.h"
#include "cli/query/origin.h"
#include "cli/query/plan.h"
#include "cli/query/print.h"

/* What is left to say and to return when all questions were asked. */
struct outcome {
	struct text document;     /* JSON: the whole of it */
	struct json_writer json;
	struct text undetermined; /* JSON: what was not answered, one a line */
	bool is_silent;           /* a question without an answer */
	bool is_unsigned;         /* a signed question whose answer did not verify */
};

static void reply_to_document(const struct query_question *question, const struct query_reply *reply,
                              struct outcome *outcome)
{
	json_begin_object(&outcome->json, NULL);
	query_reply_to_json(question, reply, &outcome->json);
	json_end_object(&outcome->json);
	if (reply->error != ERR_OK)
		query_reply_to_text(question, reply, &outcome->undetermined);
}

static void reply_print(struct cli *cli, const struct query_plan *plan, const struct query_question *question,
                        const struct query_reply *reply)
{
	struct text text = {0};
	bool is_message = reply->error == ERR_OK;
	if (plan->is_short && is_message)
		query_reply_to_short(question, reply, &text);
	else
		query_reply_to_text(question, reply, &text);
	if (!plan->is_short && is_message)
		text_add_char(&text, '\n');
	fputs(text_string(&text), is_message ? cli_out(cli) : cli_err(cli));
	text_free(&text);
}

/* One question to one server, at the first of its addresses that answers. */
static void question_ask(struct cli *cli, const struct query_plan *plan, const struct query_server *server,
                         uint16_t type, struct outcome *outcome)
{
	struct query_question question = plan->question;
	struct query_reply reply;
	question.type = type;
	if (!query_exchange_any(&question, server->addresses, server->count, plan->is_family_allowed, &plan->way, &reply)) {
		outcome->is_silent = true;
		text_addf(&outcome->undetermined, "@%s: no address of the family asked for\n",
		          server->text == NULL ? "resolv.conf" : server->text);
		if (!cli_is_json(cli))
			fprintf(cli_err(cli), ";; @%s: no address of the family asked for\n",
			        server->text == NULL ? "resolv.conf" : server->text);
		return;
	}
	outcome->is_silent = outcome->is_silent || reply.error != ERR_OK;
	outcome->is_unsigned =
	    outcome->is_unsigned || (reply.tsig != QUERY_TSIG_NONE && reply.tsig != QUERY_TSIG_GOOD);
	if (cli_is_json(cli))
		reply_to_document(&question, &reply, outcome);
	else
		reply_print(cli, plan, &question, &reply);
	query_reply_free(&reply);
}

static void document_begin(struct outcome *outcome)
{
	outcome->json = (struct json_writer){.out = &outcome->document};
	json_begin_object(&outcome->json, NULL);
	json_text(&outcome->json, "schema", "sextant.query/1");
	json_begin_array(&outcome->json, "answers");
}

static void document_end(struct outcome *outcome)
{
	json_end_array(&outcome->json);
	json_begin_array(&outcome->json, "undetermined");
	char *rest = NULL;
	for (char *line = outcome->undetermined.data; line != NULL && (line = strtok_r(line, "\n", &rest)) != NULL;) {
		json_text(&outcome->json, NULL, line[0] == ';' ? line + 3 : line);
		line = rest;
	}
	json_end_array(&outcome->json);
	json_end_object(&outcome->json);
	text_add_char(&outcome->document, '\n');
}

static int query_plain(struct cli *cli, const struct query_plan *plan)
{
	struct outcome outcome = {0};
	document_begin(&outcome);
	for (size_t type = 0; type < plan->type_count; type++)
		for (size_t server = 0; server < plan->server_count; server++)
			question_ask(cli, plan, &plan->servers[server], plan->types[type], &outcome);
	document_end(&outcome);
	if (cli_is_json(cli))
		fputs(text_string(&outcome.document), cli_out(cli));
	int code = outcome.is_unsigned ? EXIT_FOUND : outcome.is_silent ? EXIT_UNDETERMINED : EXIT_OK;
	text_free(&outcome.document);
	text_free(&outcome.undetermined);
	return code;
}

static int query_run(struct cli *cli)
{
	struct query_plan *plan;
	int code = query_plan_new(cli, &plan);
	if (code != EXIT_OK)
		return code;
	if (plan->is_origin)
		code = query_origin(cli, plan);
	else
		code = plan->is_compared ? query_compare(cli, plan) : query_plain(cli, plan);
	query_plan_free(plan);
	return code;
}

const struct command command_query = {
	.name = "query",
	.summary = "ask name servers, over either family, and compare what they say",
	.usage = "NAME [TYPE...] [@SERVER...]",
	.description =
	    "Asks for AAAA and A of NAME, or for the TYPEs given, and prints the answers in dig's form with the server, the "
	    "family and the transport they came over. A SERVER is an address, address@port (@::1@5300), a link-local "
	    "address with its interface (@fe80::53%eth0) or a name; without one the servers of /etc/resolv.conf are asked "
	    "until one answers.\n"
	    "\n"
	    "--compare asks every question in each way that its list names, prints a table, and marks what differs. TTLs "
	    "and signatures are not compared. \"family\" wants a server with an address in both families: give its name, or "
	    "both addresses. \"servers\" compares the SERVERs with each other; without it they count as one server.\n"
	    "\n"
	    "--compare validation asks each question twice, once with CD: the server must not validate. Where only the "
	    "validating answer is SERVFAIL, validation is the cause, and the EDE says which; when the records of one type "
	    "alone fail (often AAAA), the verdict names it.\n"
	    "\n"
	    "--origin tells native AAAA from those made by DNS64 (RFC 6147). It asks one server for the AAAA, for the A, for "
	    "the AAAA with DO and CD, when most servers make none, and for ipv4only.arpa, which shows the server's NAT64 "
	    "prefixes (RFC 7050); and it looks for EDE 29. Exit code 0: it could be told; 1: the question for AAAA fails; "
	    "3: it could not be told.\n"
	    "\n"
	    "Exit codes: 0 answered (with --compare: the same in every way), 1 answers differ or a signed answer does not "
	    "verify, 2 bad usage, 3 nothing answered or a way could not be tried.",
	.options = query_options,
	.run = query_run,
};
