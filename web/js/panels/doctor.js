/* SPDX-License-Identifier: BSD-2-Clause */
/* The incident checklist: asks the server to run its six steps, and makes the result one that can be passed on. */
import {post} from '../api.js';
import {copy, el, mark, replace} from '../dom.js';
import {stamp} from '../format.js';

const SIGNS = {ok: 'ok', note: '. ', undetermined: '??', broken: '!!'};
const KINDS = {ok: 'ok', note: 'notice', undetermined: 'undetermined', broken: 'failed'};
const EVIDENCE = 12; /* lines of a step that are shown at once */

/* As `sextant doctor` prints it, with where and when. */
export function as_text(report, taken) {
	const steps = report.steps.flatMap((
		step,
	) => [`${step.step} ${step.title.padEnd(26)}${step.state}`,
		...step.evidence.map(({state, label, text}) => `  ${SIGNS[state] ?? '  '} ${label ? `${label}: ` : ''}${text}`)]
	);
	const causes = report.causes.map((cause, at) =>
		`${at === 0 ? 'Most likely: ' : 'Also: '}${
			cause.subject ? `${cause.subject}: ` : ''
		}${cause.cause} [${cause.code}]${cause.next ? `\nNext: ${cause.next}` : ''}`
	);
	return [`sextant doctor ${report.name}   resolvers: ${report.resolvers.join(', ')}   ${taken}`, ...steps, '',
		...(causes.length > 0 ? causes : ['No cause was found.'])].join('\n');
}

function evidence_node({state, label, text}) {
	return el('li', {}, mark(KINDS[state] ?? 'notice', state), ' ',
		label ? el('b', {class: 'name'}, `${label}: `) : null, el('span', {class: 'name'}, text));
}

function step_node(step) {
	const shown = step.evidence.slice(0, EVIDENCE), rest = step.evidence.slice(EVIDENCE);
	return el('li', {class: 'step', 'data-step': step.word},
		el('p', {class: 'step-head'}, el('b', {}, `${step.step} ${step.title}`), ' ',
			mark(KINDS[step.state] ?? 'notice', step.state)), el('ul', {class: 'plain'}, shown.map(evidence_node)),
		rest.length > 0
			? el('details', {class: 'data'}, el('summary', {}, `${rest.length} more`),
				el('ul', {class: 'plain'}, rest.map(evidence_node)))
			: null);
}

function cause_node(cause, is_first) {
	return el('div', {class: is_first ? 'cause first' : 'cause'},
		el('p', {}, mark(cause.severity, cause.severity), ' ', el('b', {}, is_first ? 'Most likely: ' : 'Also: '),
			cause.subject ? el('span', {class: 'name'}, `${cause.subject}: `) : null, cause.cause,
			el('span', {class: 'remark'}, ` ${cause.code}`)),
		cause.next ? el('p', {class: 'next'}, 'Next: ', el('span', {class: 'name'}, cause.next)) : null);
}

function save(report, taken) {
	const link = el('a', {
		href: URL.createObjectURL(new Blob([JSON.stringify({taken, ...report}, null, 2)], {type: 'application/json'})),
		download: `sextant-doctor-${report.name.replace(/[^\w.-]/g, '_')}${taken.replaceAll(':', '')}.json`,
	});
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function report_node(report, taken) {
	const copying = el('button', {
		type: 'button',
		id: 'doctor-copy',
		onclick: () => copy(as_text(report, taken), copying),
	}, 'Copy as text');
	return [
		el('p', {class: 'row'}, el('b', {class: 'name'}, report.name),
			el('span', {class: 'remark'}, `${taken}, resolvers ${report.resolvers.join(', ') || 'none'}`), copying,
			el('button', {type: 'button', id: 'doctor-save', onclick: () => save(report, taken)}, 'Save JSON')),
		report.causes.length > 0
			? report.causes.map((cause, at) => cause_node(cause, at === 0))
			: el('p', {class: 'cause first'}, report.steps.every(({state}) => state === 'ok' || state === 'note')
				? mark('ok', 'Nothing is wrong')
				: mark('undetermined', 'No cause was found, and not everything could be seen')),
		el('ol', {class: 'steps'}, report.steps.map(step_node)),
	];
}

export const doctor = {
	id: 'doctor',
	is_wide: true,
	title: 'Doctor',
	question: 'Something does not resolve? Six steps from authority to clients, examined from this server.',
	create(page) {
		const input = el('input', {
			id: 'doctor-name',
			type: 'text',
			required: true,
			maxlength: 1000,
			spellcheck: 'false',
			autocomplete: 'off',
			autocapitalize: 'off',
			placeholder: 'www.example.com',
		});
		const run = el('button', {type: 'submit', class: 'main'}, 'Run'),
			fault = el('p', {class: 'error', role: 'alert'}),
			state = el('p', {class: 'remark', role: 'status'}),
			result = el('div', {id: 'doctor-result'});
		async function examine() {
			run.disabled = true;
			replace(fault);
			state.textContent =
				`Examining ${input.value.trim()}: this takes some seconds, up to a minute where servers are silent.`;
			try {
				const report = await post('doctor', {name: input.value.trim()});
				replace(result, report_node(report, stamp(new Date())));
				state.textContent = 'Done.';
			} catch (error) {
				state.textContent = '';
				replace(fault,
					error.status === 409 ? 'Another examination is under way: try again when it is done.' : error.message);
			}
			run.disabled = false;
		}
		page.on_examine = (name) => {
			input.value = name;
			input.focus();
			input.closest('section').scrollIntoView();
		};
		return {
			node: el('div', {}, el('form', {
				class: 'row',
				onsubmit: (event) => {
					event.preventDefault();
					examine();
				},
			}, el('label', {for: 'doctor-name'}, 'Name'), input, run), fault, state, result),
			update: () => {},
		};
	},
};
