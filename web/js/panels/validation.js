/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended DNS Errors by code, what validation said of AAAA and of A, and the trust anchors. */
import {Chart} from '../chart.js';
import {el, mark, number, replace, table, words} from '../dom.js';
import {count, quantity, total} from '../format.js';

/* INFO-CODEs of RFC 8914 and the IANA registry. */
const CODES = ['Other Error', 'Unsupported DNSKEY Algorithm', 'Unsupported DS Digest Type', 'Stale Answer',
	'Forged Answer', 'DNSSEC Indeterminate', 'DNSSEC Bogus', 'Signature Expired', 'Signature Not Yet Valid',
	'DNSKEY Missing', 'RRSIGs Missing', 'No Zone Key Bit Set', 'NSEC Missing', 'Cached Error', 'Not Ready', 'Blocked',
	'Censored', 'Filtered', 'Prohibited', 'Stale NXDOMAIN Answer', 'Not Authoritative', 'Not Supported',
	'No Reachable Authority', 'Network Error', 'Invalid Data', 'Signature Expired before Valid', 'Too Early',
	'Unsupported NSEC3 Iterations Value', 'Unable to conform to policy', 'Synthesized', 'Invalid Query Type'];
const SHOWN = 6; /* areas of the stack; the other codes are one more */
const RESULTS = [['secure', 'ok'], ['insecure', 'notice'], ['indeterminate', 'undetermined'], ['bogus', 'failed']];
const STATES = {
	configured: 'ok',
	valid: 'ok',
	pending: 'notice',
	missing: 'warning',
	revoked: 'failed',
	removed: 'failed',
};

export const code_text = (code) =>
	`${code} ${CODES[code] ?? (Number.isInteger(Number(code)) ? 'Unassigned' : '')}`.trim();

/* {codes: with counts, most first; columns and lines of the stack} */
export function stack_of(ede, x) {
	const codes = Object.entries(ede ?? {}).map(([code, values]) => ({code, all: total(values) ?? 0, values})).filter((
		{all},
	) => all > 0).sort((a, b) => b.all - a.all);
	const lines = codes.slice(0, SHOWN).map(({code}, at) => ({
		key: code,
		label: `EDE ${code_text(code)}`,
		ink: `c${at + 1}`,
	}));
	const columns = Object.fromEntries(codes.slice(0, SHOWN).map(({code, values}) => [code, values]));
	if (codes.length > SHOWN) {
		columns.rest = x.map((_, at) =>
			codes.slice(SHOWN).reduce((sum, {values}) => values[at] === null ? sum : (sum ?? 0) + values[at], null)
		);
		lines.push({key: 'rest', label: 'other codes', ink: 'other'});
	}
	return {codes, lines, columns};
}

function anchors_node(services) {
	const rows = services.flatMap((service) =>
		(service.anchors ?? []).map((
			anchor,
		) => [el('span', {class: 'name'}, service.name), el('span', {class: 'name'}, anchor.owner),
			String(anchor.tag ?? '–'), mark(STATES[anchor.state] ?? 'notice', anchor.state)]
		)
	);
	const negative = [...new Set(services.flatMap((service) => service.negative_anchors ?? []))];
	return [el('h3', {}, 'Trust anchors'), rows.length > 0
		? table('Trust anchors', [words('Service'), words('Owner'), number('Key tag'), words('State')], rows)
		: el('p', {class: 'remark'}, 'None: nothing is validated.'), negative.length > 0
		? el('p', {class: 'remark'}, 'Not validated (negative trust anchors): ',
			el('span', {class: 'name'}, negative.join(', ')))
		: null];
}

export const validation = {
	id: 'validation',
	title: 'Validation and EDE',
	question: 'Why do answers fail? Bogus for AAAA alone is a broken signature, for both a broken zone or clock.',
	uses: ['series', 'status'],
	narrows: ['series'],
	create() {
		const chart = new Chart({
			id: 'ede',
			title: 'Extended DNS Errors',
			unit: 'per minute, stacked by code',
			per_s: 60,
			format: quantity,
			is_stacked: true,
		});
		const codes = el('div', {id: 'ede-codes'}),
			results = el('div', {id: 'validations'}),
			anchors = el('div', {id: 'anchors'}),
			none = el('p', {class: 'remark'}, 'No Extended DNS Error was sent in this span.');
		return {
			node: el('div', {}, none, chart.node, codes, results, anchors),
			update({series: {data}, status, stream}) {
				const {series, x, step_s} = data, stacked = stack_of(series.ede, x);
				chart.node.hidden = codes.hidden = stacked.codes.length === 0;
				none.hidden = stacked.codes.length > 0;
				chart.set(x, step_s, stacked.columns, stacked.lines);
				replace(codes,
					table('Extended DNS Errors by code', [words('EDE'), number('all'), number('AAAA'), number('A')],
						stacked.codes.map((
							{code, all},
						) => [code_text(code), count(all), count(series.ede_aaaa ? total(series.ede_aaaa[code]) ?? 0 : null),
							count(series.ede_a ? total(series.ede_a[code]) ?? 0 : null)]
						)));
				const is_resolver = stream === 'rec';
				results.hidden = anchors.hidden = !is_resolver;
				if (!is_resolver) return;
				const of = (values, result) => count(values ? total(values[result]) : null);
				replace(results, el('h3', {}, 'Validation'),
					table('Results of validation', [words('Result'), number('all'), number('AAAA'), number('A')], RESULTS.map((
						[result, kind],
					) => [mark(kind, result), of(series.val, result), of(series.val_aaaa, result), of(series.val_a, result)])));
				replace(anchors, anchors_node(status.data.services.filter((service) => service.role === 'resolver')));
			},
		};
	},
};
