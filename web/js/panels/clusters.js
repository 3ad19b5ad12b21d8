/* SPDX-License-Identifier: BSD-2-Clause */
/* Networks of clients by outcome; a click narrows the page to one. */
import {el, number, replace, table, words} from '../dom.js';
import {count, NO_DATA, share} from '../format.js';

/* What matters first: on a narrow screen the rest is scrolled to. */
const OUTCOMES = [['servfail', 'SERVFAIL'], ['refused', 'REFUSED'], ['other', 'other'],
	['nxdomain', 'NXDOMAIN'], ['noerror', 'NOERROR']];
/* Shares at which a cell gets darker. Names that do not exist are asked for everywhere. */
const FAILED = [0.001, 0.02, 0.1, 0.3, 0.6],
	STEPS = {noerror: [], nxdomain: [0.2, 0.3, 0.5, 0.7, 0.9], servfail: FAILED, refused: FAILED, other: FAILED};

function cell(row, key) {
	const value = row[key];
	if (typeof value !== 'number') return el('td', {class: 'number heat-0'}, NO_DATA);
	const part = row.asked > 0 ? value / row.asked : 0;
	return el('td', {
		class: `number heat-${STEPS[key].filter((step) => part >= step).length}`,
		title: `${count(value)} of ${count(row.asked)}`,
	}, share(part));
}

export const clusters = {
	id: 'clusters',
	title: 'Source clusters',
	question:
		'Do failures come from some networks only? Then look at their path and resolver. A click narrows the page.',
	uses: ['prefixes'],
	is_wide: true,
	create(page) {
		const node = el('div', {id: 'clusters'});
		return {
			node,
			update({prefixes: {data}, client}) {
				const rows = [...data.rows].sort((one, other) =>
					(other.servfail ?? 0) - (one.servfail ?? 0) || other.asked - one.asked
				);
				if (rows.length === 0) return 'No client was seen in this span.';
				const key = (row) =>
					el('button', {
						type: 'button',
						class: 'link name whole',
						'data-key': row.key,
						'aria-pressed': String(row.key === client),
						onclick: () => page.filter_client(row.key === client ? null : row.key),
					}, row.key);
				const head = (row) =>
					el('span', {}, key(row), row.site ? el('span', {class: 'remark'}, ` ${row.site}`) : null);
				replace(node,
					table('Networks of clients by outcome', [words('Network (/56, /24)'), number('Asked'),
						...OUTCOMES.map(([, label]) => number(label))],
						rows.map((row) => [head(row), count(row.asked), ...OUTCOMES.map(([outcome]) => cell(row, outcome))])));
			},
		};
	},
};
