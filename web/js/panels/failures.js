/* SPDX-License-Identifier: BSD-2-Clause */
/* Failures of AAAA beside those of A on one scale, and the names where AAAA alone fails. */
import {Chart} from '../chart.js';
import {el, figures, number, replace, table, words} from '../dom.js';
import {count, quantity, ratio, share, sum, total} from '../format.js';

const WORKS = 0.05; /* A works where fewer of its answers fail */

export function aaaa_alone(rows) {
	return rows.filter((row) => row.failed_aaaa > 0 && row.asked_a > 0 && (row.failed_a ?? 0) / row.asked_a < WORKS)
		.sort((one, other) => other.failed_aaaa - one.failed_aaaa);
}

function name_row(row, page) {
	const act = (label, does, run) =>
		el('button', {
			type: 'button',
			class: 'small',
			'data-key': `${label} ${row.key}`,
			'aria-label': `${does} ${row.key}`,
			onclick: run,
		}, label);
	return [
		el('span', {class: 'named'}, el('span', {class: 'name'}, row.key),
			el('span', {class: 'actions'}, act('Tail', 'Follow', () => page.tail_name(row.key)),
				act('Doctor', 'Examine', () => page.examine(row.key)))),
		`${count(row.failed_aaaa)} of ${count(row.asked_aaaa)}`,
		`${count(row.failed_a ?? null)} of ${count(row.asked_a)}`,
	];
}

export const failures = {
	id: 'failures',
	title: 'AAAA failures next to A',
	question: 'Does AAAA fail where A does not? IPv6-only clients then see nothing, others fall back in silence.',
	uses: ['series', 'names'],
	narrows: ['series', 'names'],
	create(page) {
		const chart = new Chart({
			id: 'failures',
			title: 'Failed answers',
			unit: 'per minute, one scale',
			per_s: 60,
			format: quantity,
			lines: [
				{key: 'aaaa_servfail', label: 'AAAA SERVFAIL', ink: 'v6'},
				{key: 'a_servfail', label: 'A SERVFAIL', ink: 'v4', dash: [7, 4]},
				{key: 'aaaa_timeout', label: 'AAAA, no server answered', ink: 'v6', dash: [2, 3], width: 1.5},
				{key: 'a_timeout', label: 'A, no server answered', ink: 'v4', dash: [1, 5], width: 1.5},
			],
		});
		const head = el('div'), names = el('div', {id: 'aaaa-names'});
		return {
			node: el('div', {}, head, chart.node, names),
			update({series: {data}, names: {data: top}}) {
				const {series} = data;
				if (!sum(total(series.aaaa), total(series.a))) return 'No question for addresses was seen in this span.';
				const figure = (title, failed, of) => [title, count(total(failed)), share(ratio(total(failed), total(of)))];
				replace(head,
					figures([figure('AAAA SERVFAIL', series.aaaa_servfail, series.aaaa),
						figure('A SERVFAIL', series.a_servfail, series.a),
						figure('AAAA NXDOMAIN', series.aaaa_nxdomain, series.aaaa),
						figure('A NXDOMAIN', series.a_nxdomain, series.a)]));
				chart.set(data.x, data.step_s, Object.fromEntries(chart.options.lines.map(({key}) => [key, series[key]])));
				const rows = aaaa_alone(top.rows);
				replace(names, el('h3', {}, 'Names where AAAA fails and A works'), rows.length > 0
					? table('Names where AAAA fails and A works', [words('Name'), number('AAAA failed'), number('A failed')],
						rows.map((row) => name_row(row, page)))
					: el('p', {class: 'remark'}, 'None among the names that are asked for most.'));
			},
		};
	},
};
