/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions for AAAA and A over time, and A per AAAA beside what is usual at this hour. */
import {Chart} from '../chart.js';
import {el, figures, replace} from '../dom.js';
import {count, decimal, last, rate, ratio, share, sum, total} from '../format.js';

export const mix = {
	id: 'mix',
	title: 'A : AAAA mix',
	question: 'Do clients still ask for AAAA as much as for A? A tilt to A means that IPv6 was lost on their side.',
	uses: ['series'],
	narrows: ['series'],
	create() {
		const counts = new Chart({
			id: 'mix',
			title: 'Questions by type',
			unit: 'per second',
			per_s: 1,
			format: rate,
			lines: [
				{key: 'aaaa', label: 'AAAA', ink: 'v6'},
				{key: 'a', label: 'A', ink: 'v4', dash: [7, 4]},
				{key: 'other', label: 'other types', ink: 'other', dash: [2, 3], width: 1.5},
			],
		});
		const tilt = new Chart({
			id: 'ratio',
			title: 'A per AAAA',
			unit: 'ratio',
			height: 120,
			format: decimal,
			band: ['high', 'low'],
			band_label: 'usual at this hour, 7 days',
			lines: [{key: 'ratio', label: 'A per AAAA', ink: 'text'}],
		});
		const head = el('div'), remark = el('p', {class: 'remark'});
		return {
			node: el('div', {}, head, counts.node, tilt.node, remark),
			update({series: {data}}) {
				const {series, x, step_s, band} = data;
				const aaaa = total(series.aaaa), a = total(series.a), other = total(series.other);
				if (!sum(aaaa, a, other)) return 'No question was seen in this span.';
				const ratios = x.map((_, at) => ratio(series.a?.[at], series.aaaa?.[at]));
				const low = last(band?.low), high = last(band?.high);
				replace(head, figures([
					['A per AAAA', decimal(ratio(a, aaaa)), band ? `usual now ${decimal(low)} to ${decimal(high)}` : null],
					['AAAA', count(aaaa), share(ratio(aaaa, sum(aaaa, a, other)))],
					['A', count(a), share(ratio(a, sum(aaaa, a, other)))],
					['other', count(other), share(ratio(other, sum(aaaa, a, other)))],
				]));
				counts.set(x, step_s, {aaaa: series.aaaa, a: series.a, other: series.other});
				const none = x.map(() => null);
				tilt.set(x, step_s, {ratio: ratios, low: band?.low ?? none, high: band?.high ?? none});
				replace(remark, band ? null : 'What is usual at this hour is not known here.');
			},
		};
	},
};
