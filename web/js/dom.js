/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes elements. Texts become text nodes, always: names in DNS come from strangers, so nothing here parses HTML. */

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
	for (const [name, value] of Object.entries(attributes)) {
		if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
		else if (value === true) node.setAttribute(name, '');
		else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
	}
	node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
	return node;
}

export function el(tag, attributes = {}, ...children) {
	return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
	return fill(document.createElementNS(SVG, tag), attributes, children);
}

/* Puts other children into a node; what had the focus has it again when something with its data-key is there again. */
export function replace(node, ...children) {
	const key = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
	node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
	if (key !== undefined) node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({preventScroll: true});
}

/* columns: [{label, class}]; rows: arrays of cells (node or text), the first heads its row. */
export function table(caption, columns, rows, attributes = {}) {
	const head = columns.map((column) => el('th', {scope: 'col', class: column.class}, column.label));
	const body = rows.map((cells) =>
		el('tr', {}, cells.map((cell, at) =>
			at === 0
				? el('th', {scope: 'row', class: columns[0].class}, cell)
				: cell instanceof HTMLTableCellElement
				? cell
				: el('td', {class: columns[at].class}, cell)
		))
	);
	return el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption},
		el('table', attributes, el('caption', {class: 'unseen'}, caption), el('thead', {}, el('tr', {}, head)),
			el('tbody', {}, body)));
}

export const number = (label) => ({label, class: 'number'});
export const words = (label) => ({label, class: null});

/* One figure with its name: [[name, value, remark]]. */
export function figures(rows) {
	return el('dl', {class: 'figures'},
		rows.map(([name, value, remark]) =>
			el('div', {}, el('dt', {}, name),
				el('dd', {}, el('b', {}, value), remark ? el('span', {class: 'remark'}, ' ', remark) : null))
		));
}

/* A word with a sign of its own shape, so that colour is never all there is. */
const SIGNS = {
	critical: '▲',
	error: '▲',
	failed: '✕',
	warning: '◆',
	notice: '●',
	ok: '✓',
	undetermined: '?',
	none: '–',
};
export function mark(kind, text) {
	return el('span', {class: `mark ${kind}`}, el('span', {'aria-hidden': 'true', class: 'sign'}, SIGNS[kind] ?? '●'),
		text);
}

export function family(name) {
	return el('span', {class: `family ${name}`}, name === 'ipv6' ? 'IPv6' : 'IPv4');
}

/* Tells for a moment that it was done. Without a secure context there is no clipboard, but a selection. */
export async function copy(text, button) {
	const label = button.dataset.label ??= button.textContent;
	try {
		if (navigator.clipboard) await navigator.clipboard.writeText(text);
		else copy_selected(text);
		button.textContent = 'Copied';
	} catch {
		button.textContent = 'Copying was refused';
	}
	setTimeout(() => {
		button.textContent = label;
	}, 1500);
}

function copy_selected(text) {
	const area = el('textarea', {class: 'unseen', 'aria-hidden': 'true'});
	area.value = text;
	(document.querySelector('dialog[open]') ?? document.body).append(area);
	area.select();
	const is_done = document.execCommand('copy');
	area.remove();
	if (!is_done) throw new Error('refused');
}
