/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A chart over time: legend, canvas (uPlot), what is under the cursor in words, and the same numbers as a table.
 * IPv6 and AAAA are always drawn through, IPv4 and A always dashed, so that no line is told by colour alone; stacked
 * areas are hatched.
 */
import {el, number, replace, table, words} from './dom.js';
import {NO_DATA, stamp, time} from './format.js';

const HEIGHT = 190, TABLE_ROWS = 360;
const INKS = ['v6', 'v4', 'other', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'text', 'muted', 'grid', 'band', 'panel'];
const charts = new Set();

/* The page's colours as the browser resolved them for the theme at hand: a canvas knows no variables. */
function inks() {
	const probe = el('span', {class: 'unseen'});
	document.body.append(probe);
	const found = {};
	for (const ink of INKS) {
		probe.style.color = `var(--${ink})`;
		found[ink] = getComputedStyle(probe).color;
	}
	probe.remove();
	return found;
}

export function repaint_all() {
	for (const chart of charts) chart.rebuild();
}

/* From x, y to x, y in parts of the tile. */
const STROKES = [[0, 1, 1, 0], [0, 0, 1, 1], [0, 0.5, 1, 0.5], [0.5, 0, 0.5, 1], [0, 1, 1, 0], [0, 0, 1, 1]];

/* Hatching for the area at `index` of a stack: each has another slope or distance. */
function hatch(color, ground, index) {
	const size = [6, 6, 10, 10, 4, 8][index % 6];
	const tile = el('canvas', {width: size, height: size});
	const pen = tile.getContext('2d');
	pen.fillStyle = ground; /* opaque: areas lie on each other */
	pen.fillRect(0, 0, size, size);
	pen.strokeStyle = color;
	pen.lineWidth = index % 6 === 4 ? 1 : 2;
	pen.globalAlpha = 0.35;
	pen.fillStyle = color;
	pen.fillRect(0, 0, size, size);
	pen.globalAlpha = 1;
	pen.beginPath();
	const [x0, y0, x1, y1] = STROKES[index % 6].map((part) => part * size);
	pen.moveTo(x0, y0);
	pen.lineTo(x1, y1);
	pen.stroke();
	return tile;
}

/* A piece of the line or area as it is drawn. */
function swatch(line, index, is_stacked, ink) {
	const piece = el('canvas', {width: 26, height: 14, 'aria-hidden': 'true'}), pen = piece.getContext('2d');
	if (is_stacked) {
		pen.fillStyle = pen.createPattern(hatch(ink[line.ink], ink.panel, index), 'repeat');
		pen.fillRect(0, 0, 26, 14);
	}
	pen.strokeStyle = ink[line.ink];
	pen.lineWidth = is_stacked ? 3 : line.width ?? 2;
	pen.setLineDash(is_stacked ? [] : line.dash ?? []);
	pen.beginPath();
	pen.moveTo(0, is_stacked ? 1 : 7);
	pen.lineTo(26, is_stacked ? 1 : 7);
	pen.stroke();
	return piece;
}

function band_swatch(ink) {
	const piece = el('canvas', {width: 26, height: 14, 'aria-hidden': 'true'}), pen = piece.getContext('2d');
	pen.fillStyle = ink.band;
	pen.fillRect(0, 2, 26, 10);
	return piece;
}

/* What is under each area of a stack, itself included; null stays null. */
function stack(columns) {
	const sums = [];
	const result = columns.map((column) =>
		column.map((value, at) => {
			if (value === null) return null;
			sums[at] = (sums[at] ?? 0) + value;
			return sums[at];
		})
	);
	return result;
}

/* Values with nothing known beside them: no line leads there, so each is a point. */
function alone(values) {
	const is_known = (at) => typeof values[at] === 'number';
	return [...values.keys()].filter((at) => is_known(at) && !is_known(at - 1) && !is_known(at + 1));
}

/* Above what is there, so that the highest point is not at the edge; 1 where everything is 0. */
const from_zero = (self, low, high) => [0, high > 0 ? high * 1.08 : 1];

export class Chart {
	/*
	 * id: of window.__sextant.series. lines: [{key, label, ink, dash, width}]; format: a value as text; per_s: values are
	 * counts of a step, shown for that many seconds (0: as they are); band: [high key, low key]; unit: what an axis says.
	 */
	constructor(options) {
		this.options = {height: HEIGHT, per_s: 0, lines: [], is_stacked: false, ...options};
		this.data = null;
		this.legend = el('ul', {class: 'legend'});
		this.canvas = el('div', {
			class: 'plot',
			tabindex: '0',
			role: 'group',
			'aria-label': `Chart: ${options.title}. Left and right arrow keys read its values.`,
		});
		this.readout = el('p', {class: 'readout', 'aria-live': 'polite'});
		this.body = el('div');
		this.details = el('details', {class: 'data'}, el('summary', {}, `Table: ${options.title}`), this.body);
		this.node = el('figure', {class: 'chart', id: `chart-${options.id}`},
			el('figcaption', {}, el('span', {class: 'axis-title'}, `${options.title}, ${options.unit}`), this.legend),
			this.canvas, this.readout, this.details);
		this.details.addEventListener('toggle', () => this.fill_table());
		this.canvas.addEventListener('keydown', (event) => this.on_key(event));
		this.canvas.addEventListener('blur', () => this.plot?.setCursor({left: -10, top: -10}));
		this.observer = new ResizeObserver(() => this.fit());
		this.observer.observe(this.canvas);
		charts.add(this);
	}

	/* x: seconds; columns: {key: values}. lines: others than before (a stack's). */
	set(x, step_s, columns, lines = this.options.lines) {
		const is_same_shape = this.plot && JSON.stringify(lines) === JSON.stringify(this.options.lines);
		this.options.lines = lines;
		this.data = {x, step_s, columns};
		window.__sextant.series[this.options.id] = {x, step_s, ...columns};
		if (is_same_shape) this.plot.setData(this.drawn());
		else this.rebuild();
		this.say(this.plot.cursor.idx);
		this.fill_table();
	}

	scaled(key) {
		const {per_s} = this.options, {step_s, columns, x} = this.data;
		return (columns[key] ?? x.map(() => null)).map((value) =>
			value === null || value === undefined ? null : per_s ? value * per_s / step_s : value
		);
	}

	drawn() {
		const columns = this.options.lines.map((line) => this.scaled(line.key));
		const shown = this.options.is_stacked ? stack(columns).reverse() : columns;
		const band = (this.options.band ?? []).map((key) => this.scaled(key));
		return [this.data.x, ...shown, ...band];
	}

	rebuild() {
		if (!this.data) return;
		const ink = inks();
		this.plot?.destroy();
		this.plot = new uPlot(this.plot_options(ink), this.drawn(), this.canvas);
		const {lines, is_stacked, band, band_label} = this.options;
		replace(this.legend, lines.map((line, at) => el('li', {}, swatch(line, at, is_stacked, ink), line.label)),
			band && this.has_band() ? el('li', {}, band_swatch(ink), band_label) : null);
	}

	has_band() {
		return this.options.band.every((key) => (this.data.columns[key] ?? []).some((value) => value !== null));
	}

	plot_series(ink) {
		const {lines, is_stacked, band} = this.options;
		const points = {show: false, size: 5, filter: (self, at) => alone(self.data[at])};
		const drawn = lines.map((line, at) => ({
			stroke: ink[line.ink],
			width: is_stacked ? 1.5 : line.width ?? 2,
			dash: is_stacked ? undefined : line.dash,
			points: {...points, stroke: ink[line.ink], fill: ink[line.ink]},
			fill: is_stacked ? (self) => self.ctx.createPattern(hatch(ink[line.ink], ink.panel, at), 'repeat') : undefined,
		}));
		if (is_stacked) drawn.reverse();
		const edges = (band ?? []).map(() => ({stroke: 'transparent', points: {show: false}}));
		return [{}, ...drawn, ...edges];
	}

	plot_options(ink) {
		const font = '11px system-ui, sans-serif';
		const axis = {stroke: ink.muted, font, grid: {stroke: ink.grid, width: 1}, ticks: {stroke: ink.grid, width: 1}};
		const first_edge = this.options.lines.length + 1;
		return {
			width: Math.max(200, this.canvas.clientWidth),
			height: this.options.height,
			legend: {show: false},
			padding: [8, 18, 0, 0],
			tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
			cursor: {y: false, drag: {x: false, y: false}, points: {size: 6}},
			scales: {x: {time: true}, y: {range: from_zero}},
			bands: this.options.band ? [{series: [first_edge, first_edge + 1], fill: ink.band}] : [],
			series: this.plot_series(ink),
			axes: [{...axis, space: 70, size: 30, values: (self, splits) => splits.map((at) => this.tick(at))}, {
				...axis,
				size: 58,
				values: (self, splits) => splits.map((value) => this.options.format(value)),
			}],
			hooks: {setCursor: [(self) => this.say(self.cursor.idx)]},
		};
	}

	tick(seconds) {
		const text = stamp(new Date(seconds * 1000)), {x} = this.data;
		return x.at(-1) - x[0] > 36 * 3600 ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(11, 16);
	}

	value(key, at) {
		const value = this.scaled(key)[at];
		return value === null ? NO_DATA : this.options.format(value);
	}

	say(at) {
		if (at === null || at === undefined || at >= this.data.x.length) {
			replace(this.readout);
			return;
		}
		const spans = this.options.lines.map((line) =>
			el('span', {}, `${line.label} `, el('b', {}, this.value(line.key, at)))
		);
		replace(this.readout, time(stamp(new Date(this.data.x[at] * 1000))), spans);
	}

	on_key(event) {
		const step = {ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity}[event.key];
		if (step === undefined || !this.plot || this.data.x.length === 0) return;
		event.preventDefault();
		const end = this.data.x.length - 1, from = this.plot.cursor.idx ?? (step < 0 ? end + 1 : -1);
		const at = Math.min(end, Math.max(0, from + step));
		this.plot.setCursor({left: this.plot.valToPos(this.data.x[at], 'x'), top: 10});
		this.say(at);
	}

	fit() {
		const width = this.canvas.clientWidth;
		if (this.plot && width > 0 && width !== this.plot.width) this.plot.setSize({width, height: this.options.height});
	}

	fill_table() {
		if (!this.details.open || !this.data) return;
		const {x, step_s, columns} = this.data, {lines, per_s, band} = this.options;
		const keys = [...lines.map((line) => [line.key, line.label]),
			...(band && this.has_band() ? [[band[0], 'usual, low'], [band[1], 'usual, high']] : [])];
		const rows = x.map((seconds, at) => [time(stamp(new Date(seconds * 1000))), ...keys.map(([key]) => {
			const value = columns[key]?.[at] ?? null;
			return value === null ? NO_DATA : per_s ? String(value) : this.options.format(value);
		})]).reverse();
		const remark = `${per_s ? `Counts of ${step_s} s, t` : 'T'}he newest first${
			rows.length > TABLE_ROWS ? `; ${TABLE_ROWS} of ${rows.length}` : ''
		}.`;
		replace(this.body, el('p', {class: 'remark'}, remark),
			table(this.options.title, [words('Begin (UTC)'), ...keys.map(([, label]) => number(label))],
				rows.slice(0, TABLE_ROWS)));
	}
}
