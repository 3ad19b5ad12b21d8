/* SPDX-License-Identifier: BSD-2-Clause */
/* What AAAA questions got: an address that is published, one that DNS64 made, the statement that there is none. */
import {Chart} from '../chart.js';
import {el, figures, number, replace, table, words} from '../dom.js';
import {count, rate, ratio, share, sum, total} from '../format.js';

function service_row({name, aaaa}) {
	const all = sum(aaaa.native, aaaa.dns64, aaaa.negative);
	return [el('span', {class: 'name'}, name), count(aaaa.native), count(aaaa.dns64), count(aaaa.negative),
		share(ratio(aaaa.dns64, all))];
}

function prefix_row(prefix, service) {
	return [el('span', {class: 'name'}, prefix.prefix), el('span', {class: 'name'}, service.name), prefix.source,
		prefix.is_in_use ? 'in use' : 'not in use', count(service.dns64_prefixes?.[prefix.prefix] ?? null)];
}

export const dns64 = {
	id: 'dns64',
	title: 'DNS64',
	question:
		'How many AAAA answers are native, how many made from A? A jump means that native ones were lost, or synthesis was.',
	uses: ['series', 'synthesized', 'status'],
	narrows: ['series', 'synthesized'],
	streams: ['rec'],
	create() {
		const chart = new Chart({
			id: 'dns64',
			title: 'Answers to AAAA',
			unit: 'per second, stacked',
			per_s: 1,
			format: rate,
			is_stacked: true,
			lines: [
				{key: 'native', label: 'native', ink: 'v6'},
				{key: 'dns64', label: 'made by DNS64', ink: 'v4'},
				{key: 'negative', label: 'negative', ink: 'other'},
			],
		});
		const head = el('div'), services = el('div'), names = el('div', {id: 'dns64-names'}), prefixes = el('div');
		return {
			node: el('div', {}, head, chart.node, names, services, prefixes),
			update({series: {data}, synthesized, status}) {
				const {series} = data,
					native = total(series.native),
					made = total(series.dns64),
					negative = total(series.negative),
					all = sum(native, made, negative);
				if (!all) return 'No answer to AAAA was seen in this span.';
				replace(head,
					figures([['native', count(native), share(ratio(native, all))], ['made by DNS64', count(made),
						share(ratio(made, all))], ['negative', count(negative), share(ratio(negative, all))]]));
				chart.set(data.x, data.step_s, {native: series.native, dns64: series.dns64, negative: series.negative});
				const rows = status.data.services.filter((service) => service.aaaa),
					found = rows.flatMap((service) =>
						(service.pref64 ?? []).filter((row) => row.used_for === 'dns64').map((row) => prefix_row(row, service))
					);
				replace(names, el('h3', {}, 'Names synthesized most'), synthesized.data.rows.length > 0
					? table('Names synthesized most', [words('Name'), number('Synthesized')],
						synthesized.data.rows.map((row) => [el('span', {class: 'name'}, row.key), count(row.synthesized)]))
					: el('p', {class: 'remark'}, 'None in this span.'));
				replace(services, el('h3', {}, 'By service, since the start'),
					table('Answers to AAAA by service', [words('Service'), number('native'), number('DNS64'),
						number('negative'), number('made')], rows.map(service_row)));
				replace(prefixes, found.length > 0
					? [el('h3', {}, 'Prefixes'),
						table('DNS64 prefixes', [words('Prefix'), words('Service'), words('From'), words('State'),
							number('Answers')], found)]
					: []);
			},
		};
	},
};
