/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers that the resolver asks, each family by itself. */
import {Chart} from '../chart.js';
import {el, family, mark, number, replace, table, words} from '../dom.js';
import {count, duration, ratio, share} from '../format.js';

function family_row(row) {
	return [family(row.family), row.is_down === true
		? mark('failed', 'down')
		: row.is_down === false
		? mark('ok', 'works')
		: mark('undetermined', 'not known'), count(row.asked), `${duration(row.p50_us)} / ${duration(row.p99_us)}`,
		`${count(row.timeouts)}${
			row.asked > 0 && typeof row.timeouts === 'number' ? ` (${share(ratio(row.timeouts, row.asked))})` : ''
		}`, count(row.retries_from), `${count(row.up)} / ${count(row.timeout)} / ${count(row.lame)}`];
}

export const upstream = {
	id: 'upstream',
	is_wide: true,
	title: 'Upstream by family',
	question: 'Do servers answer over IPv6 as fast and as surely as over IPv4?',
	uses: ['series', 'upstream'],
	streams: ['rec'],
	create() {
		const chart = new Chart({
			id: 'upstream',
			title: 'Round trip to servers',
			unit: 'time',
			format: duration,
			lines: [
				{key: 'up_p50_us6', label: 'IPv6 p50', ink: 'v6'},
				{key: 'up_p99_us6', label: 'IPv6 p99', ink: 'v6', width: 1, dash: [12, 3]},
				{key: 'up_p50_us4', label: 'IPv4 p50', ink: 'v4', dash: [7, 4]},
				{key: 'up_p99_us4', label: 'IPv4 p99', ink: 'v4', width: 1, dash: [2, 3]},
			],
		});
		const families = el('div', {id: 'upstream-families'}), servers = el('div', {id: 'upstream-servers'});
		return {
			node: el('div', {class: 'split'}, chart.node, el('div', {}, families, servers)),
			update({series: {data}, upstream: {data: up}}) {
				chart.set(data.x, data.step_s,
					Object.fromEntries(chart.options.lines.map(({key}) => [key, data.series[key]])));
				replace(families,
					table('Upstream by family', [words('Family'), words('State'), number('Asked'), number('p50 / p99'),
						number('Timeouts'), number('Retried elsewhere'), number('Servers up / silent / lame')],
						up.families.map(family_row)), up.families.filter((row) => row.cause).map((row) =>
						el('p', {class: 'remark'}, family(row.family), `: ${row.cause}`)));
				const rows = up.one_family ?? [];
				replace(servers, el('h3', {}, 'Servers that answer over one family only'), rows.length > 0
					? table('Servers that answer over one family only', [words('Server'), words('Not reached over')],
						rows.map((row) => [el('span', {class: 'name'}, row.server), family(row.fails)]))
					: el('p', {class: 'remark'}, 'None known.'));
			},
		};
	},
};
