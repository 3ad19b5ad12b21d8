/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/engine.h"

#include "tests/unit/cmocka_all.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define LAYERS 30
#define WIDTH 3
#define PATIENCE_S 10

struct graph {
	struct resolver *resolver;
	struct job jobs[LAYERS][WIDTH];
};

/* Each job waits for all of the next layer: what name servers named in each other's zones come to. */
static void graph_make(struct graph *graph)
{
	graph->resolver = calloc(1, sizeof(*graph->resolver));
	for (unsigned i = 0; i < LAYERS; i++) {
		for (unsigned j = 0; j < WIDTH; j++) {
			struct job *job = &graph->jobs[i][j];
			job->resolver = graph->resolver;
			LIST_INIT(&job->below);
			LIST_INIT(&job->above);
			LIST_INIT(&job->asks);
		}
	}
	for (unsigned i = LAYERS - 1; i-- > 0;) {
		for (unsigned j = 0; j < WIDTH * WIDTH; j++)
			assert_true(job_wait(&graph->jobs[i][j / WIDTH], NULL, &graph->jobs[i + 1][j % WIDTH],
			                     WAIT_ADDRESS, 0));
	}
}

static void graph_end(struct graph *graph)
{
	struct wait *wait;
	for (unsigned i = 0; i < LAYERS; i++) {
		for (unsigned j = 0; j < WIDTH; j++) {
			while ((wait = LIST_FIRST(&graph->jobs[i][j].below)) != NULL)
				wait_end(wait);
		}
	}
	free(graph->resolver);
}

/* There are 3^29 ways from the first layer to the last, and 90 jobs. */
static void test_walks_see_each_job_once(void **state)
{
	static struct graph graph;
	const struct ip_addr nobody = ip_addr_v4((const uint8_t *)"\300\0\2\1");
	alarm(PATIENCE_S);
	graph_make(&graph);
	assert_false(job_waits_for_server(&graph.jobs[0][0], &nobody));
	assert_false(job_wait(&graph.jobs[LAYERS - 1][0], NULL, &graph.jobs[0][0], WAIT_ADDRESS, 0));
	graph_end(&graph);
	alarm(0);
}

static void test_a_circle_is_refused(void **state)
{
	static struct graph graph;
	graph_make(&graph);
	assert_false(job_wait(&graph.jobs[1][0], NULL, &graph.jobs[0][0], WAIT_ADDRESS, 0));
	assert_false(job_wait(&graph.jobs[0][0], NULL, &graph.jobs[0][0], WAIT_ADDRESS, 0));
	assert_true(job_wait(&graph.jobs[0][0], NULL, &graph.jobs[5][0], WAIT_ADDRESS, 0));
	graph_end(&graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_circle_is_refused),
		cmocka_unit_test(test_walks_see_each_job_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
