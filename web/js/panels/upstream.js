/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers that the resolver asks, each family by itself. */
import {Chart} from '../chart.js';
import {el, family, mark, number, replace, table, words} from '../dom.js';
import {count, duration, ratio, share} from '../format.js';

function state_mark({is_down}) {
	if (typeof is_down !== 'boolean') return mark('undetermined', 'not known');
	return is_down ? mark('failed', 'down') : mark('ok', 'works');
}

/* Families side by side, so that one is read beside the other. */
const MEASURES = [
	['State', 'is_down', state_mark],
	['Asked', 'asked', ({asked}) => count(asked)],
	['Round trip, half below', 'p50_us', ({p50_us}) => duration(p50_us)],
	['Round trip, 99 % below', 'p99_us', ({p99_us}) => duration(p99_us)],
	['Timeouts', 'timeouts',
		({timeouts, asked}) => count(timeouts) + (asked > 0 ? ` (${share(ratio(timeouts, asked))})` : '')],
	['Asked again over the other', 'retries_from', ({retries_from}) => count(retries_from)],
	['Servers that answer', 'up', ({up}) => count(up)],
	['Servers that are silent', 'timeout', ({timeout}) => count(timeout)],
	['Servers that are lame', 'lame', ({lame}) => count(lame)],
	['Servers not known yet', 'unknown', ({unknown}) => count(unknown)],
];

/* A measure that no family tells is left out. */
function families_node(families) {
	const told = MEASURES.filter(([, key]) => families.some((row) => row[key] !== undefined));
	const rows = told.map(([label, , of]) => [label, ...families.map((row) => of(row))]);
	const causes = families.filter(({cause}) => cause);
	return [el('h3', {}, 'By family, since the start'),
		table('Upstream by family', [words(''), ...families.map((row) => number(family(row.family)))], rows),
		causes.map((row) => el('p', {class: 'remark'}, family(row.family), ` ${row.cause}`))];
}

function servers_node(rows) {
	const title = 'Servers that answer over one family only';
	if (rows.length === 0) return [el('h3', {}, title), el('p', {class: 'remark'}, 'None known.')];
	return [el('h3', {}, title),
		table(title, [words('Server'), words('Not reached over')],
			rows.map((row) => [el('span', {class: 'name'}, row.server), family(row.fails)]))];
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
				if (up.families.length === 0) return 'No service here is a resolver.';
				chart.set(data.x, data.step_s,
					Object.fromEntries(chart.options.lines.map(({key}) => [key, data.series[key]])));
				replace(families, families_node(up.families));
				replace(servers, up.one_family ? servers_node(up.one_family) : []);
			},
		};
	},
};
