/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own zones: servers that answer over each family, the last audit, the end of the signatures. */
import {el, mark, number, replace, table, words} from '../dom.js';
import {NO_DATA, seconds_since, span, time} from '../format.js';

const NEEDED = 2; /* servers of each family: RFC 10001 4.1 */
const SOON_S = 3 * 86400;

function servers(row) {
	if (!row) return mark('undetermined', 'not audited');
	const kind = row.ok === 0 ? 'failed' : row.ok < NEEDED || row.ok < row.total ? 'warning' : 'ok';
	return mark(kind, `${row.ok}/${row.total}`);
}

function expiry(row) {
	if (!row.is_signed) return mark('none', 'not signed');
	if (!row.expires) return mark('undetermined', NO_DATA);
	const left_s = -seconds_since(row.expires);
	const text = left_s < 0 ? `expired ${span(-left_s)} ago` : `in ${span(left_s)}`;
	return el('span', {}, mark(left_s < 0 ? 'failed' : left_s < SOON_S ? 'warning' : 'ok', text), ' ',
		time(row.expires));
}

function zone_row(row) {
	return [el('span', {class: 'name'}, row.zone), servers(row.ipv6), servers(row.ipv4),
		typeof row.serial === 'number' ? String(row.serial) : NO_DATA,
		row.audited ? el('span', {}, `${span(seconds_since(row.audited))} ago `, time(row.audited)) : 'never',
		expiry(row)];
}

export const delegation = {
	id: 'delegation',
	is_wide: true,
	title: 'Delegation matrix',
	question: 'Does each of our zones have two servers that answer over IPv6, and two over IPv4?',
	uses: ['zones'],
	create() {
		const node = el('div', {id: 'delegation'});
		return {
			node,
			update({zones: {data}}) {
				if (data.zones.length === 0) return 'No zone is configured here.';
				replace(node,
					table('Zones by family', [words('Zone'), words('IPv6'), words('IPv4'), number('Serial'),
						words('Last audit'), words('Signatures end')], data.zones.map(zone_row)));
			},
		};
	},
};
