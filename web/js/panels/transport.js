/* SPDX-License-Identifier: BSD-2-Clause */
/* Transports: what was tried again another way, truncation and what became of it, sizes beside 1232 octets. */
import {Chart} from '../chart.js';
import {el, family, figures, number, replace, svg, table, words} from '../dom.js';
import {count, NO_DATA, quantity, ratio, share, sum, total} from '../format.js';

const LIMIT = 1232; /* octets that pass every IPv6 path unfragmented */
const BOUNDS = [128, 256, 512, 1232, 1452, 4096, Infinity];

/* Rows of [label, count, is it over the limit] in the order of size. */
export function sizes_of(sizes) {
	const known = Object.entries(sizes ?? {}).map((
		[key, values],
	) => [key === 'inf' ? Infinity : Number(key), total(values)]).filter(([, value]) => value !== null).sort((a, b) =>
		a[0] - b[0]
	);
	return known.map(([bound, value], at) => {
		const low = at > 0 ? known[at - 1][0] + 1 : 1;
		return [bound === Infinity ? `over ${BOUNDS.at(-2)}` : `${low} to ${bound}`, value, bound > LIMIT];
	});
}

function size_bar(value, most, is_over) {
	return svg('svg', {class: 'size-bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
		svg('rect', {width: most > 0 ? 100 * value / most : 0, height: 10, class: is_over ? 'fill-v4' : 'fill-v6'}));
}

function sizes_node(sizes) {
	const rows = sizes_of(sizes), all = sum(...rows.map(([, value]) => value));
	if (!all) return el('p', {class: 'remark'}, `Sizes: ${NO_DATA}.`);
	const most = Math.max(...rows.map(([, value]) => value));
	const over = sum(...rows.filter(([, , is_over]) => is_over).map(([, value]) => value)) ?? 0;
	return [el('p', {}, 'Over 1232 octets: ', el('b', {id: 'over-1232'}, share(over / all))),
		table('Answers over UDP by size', [words('Octets'), words(''), number('Answers')], rows.map((
			[label, value, is_over],
		) => [el('span', {}, label, is_over ? el('span', {class: 'remark'}, ' over 1232') : null),
			size_bar(value, most, is_over), count(value)]
		))];
}

function family_row(name, digit, series) {
	const udp = total(series[`udp${digit}`]), tcp = total(series[`tcp${digit}`]), tc = total(series[`tc${digit}`]);
	return [family(name), count(udp), count(tcp), share(ratio(tcp, sum(udp, tcp))), count(tc), share(ratio(tc, udp))];
}

const RETRIES = [
	{key: 'fallback_6to4', label: 'IPv6 → IPv4', ink: 'v4'},
	{key: 'fallback_4to6', label: 'IPv4 → IPv6', ink: 'v6', dash: [7, 4]},
	{key: 'retry_tcp', label: 'UDP → TCP', ink: 'other', dash: [2, 3]},
];

export const transport = {
	id: 'transport',
	is_wide: true,
	title: 'Transport and retries',
	question:
		'Is anything asked twice: over IPv4 after IPv6, over TCP after UDP? Do truncated answers come back over TCP?',
	uses: ['series'],
	narrows: ['series'],
	create() {
		const chart = new Chart({
			id: 'retries',
			title: 'Tried again another way',
			unit: 'per minute',
			per_s: 60,
			format: quantity,
		});
		const head = el('div'),
			rows = el('div', {id: 'transports'}),
			sizes = el('div', {id: 'sizes'}),
			retries = el('div', {}, chart.node),
			remark = el('p', {class: 'remark', hidden: true}, 'Retries towards servers are of the recursive stream.');
		return {
			node: el('div', {}, head,
				el('div', {class: 'split'}, el('div', {}, retries, remark, el('h3', {}, 'From clients'), rows),
					el('div', {}, el('h3', {}, 'Size of UDP answers'), sizes))),
			update({series: {data}, stream}) {
				const {series} = data,
					tc = sum(total(series.tc6), total(series.tc4)),
					udp = sum(total(series.udp6), total(series.udp4));
				retries.hidden = stream !== 'rec';
				remark.hidden = stream === 'rec';
				if (!sum(udp, total(series.tcp6), total(series.tcp4))) return 'No question was seen in this span.';
				replace(head,
					figures([['Truncated (TC)', share(ratio(tc, udp)), `${count(tc)} of ${count(udp)} answers`], ['TCP after TC',
						share(ratio(total(series.tcp_after_tc), tc)), 'of the truncated'], ...(stream === 'rec'
							? [['IPv6 → IPv4', count(total(series.fallback_6to4)), 'retries'], ['IPv4 → IPv6',
								count(total(series.fallback_4to6)), 'retries']]
							: [])]));
				const told = RETRIES.filter(({key}) => series[key] !== undefined);
				chart.set(data.x, data.step_s, Object.fromEntries(told.map(({key}) => [key, series[key]])), told);
				replace(rows,
					table('Questions by family and transport', [words('Family'), number('UDP'), number('TCP'),
						number('TCP share'), number('TC'), number('TC share')], [family_row('ipv6', 6, series),
						family_row('ipv4', 4, series)]));
				replace(sizes, sizes_node(series.sizes));
			},
		};
	},
};
