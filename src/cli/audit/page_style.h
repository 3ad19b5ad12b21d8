/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The style of the page. Colours are pairs of text and ground with a contrast of 4.5 or more, in light and in dark.
 * Of page.c alone.
 * Never names a file or an address: the page stands by itself.
 */
#ifndef CLI_AUDIT_PAGE_STYLE_H
#define CLI_AUDIT_PAGE_STYLE_H

static const char page_style[] =
	":root{color-scheme:light dark;--fg:#1b1f24;--soft:#4d5560;--bg:#fff;--card:#f4f6f8;--line:#cfd6dd;"
	"--good:#0f5c26;--good-bg:#d9f5e0;--bad:#96091f;--bad-bg:#ffe3e3;--warn:#6b4300;--warn-bg:#fff1c2;"
	"--off:#4d5560;--off-bg:#e8ecf0}"
	"@media screen and (prefers-color-scheme:dark){:root{--fg:#e4e8ec;--soft:#a3adb8;--bg:#12161b;--card:#1b2128;"
	"--line:#343d47;--good:#7ee2a0;--good-bg:#12351f;--bad:#ffa5a5;--bad-bg:#47151b;--warn:#f2cf6b;--warn-bg:#"
	"3a2d0b;"
	"--off:#a3adb8;--off-bg:#262e37}}"
	"*{box-sizing:border-box}"
	"body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}"
	"main{max-width:1100px;margin:0 auto;padding:1.5rem 1rem 4rem}"
	"h1,h2,h3,p,dl,ul{margin:0}h1{font-size:1.7rem;line-height:1.25;overflow-wrap:anywhere}"
	"header{margin-bottom:1.2rem}h2{font-size:1.3rem;margin:2.2rem 0 .3rem;overflow-wrap:anywhere}"
	"h3{font-size:1.05rem;margin:1.6rem 0 .6rem}"
	".soft{color:var(--soft)}"
	".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:.8rem;margin:1rem "
	"0}"
	".tile{border-radius:.6rem;padding:.8rem 1rem;overflow-wrap:anywhere}"
	".tile b{display:block;font-size:.95rem}.tile strong{display:block;font-size:1.5rem;line-height:1.3}"
	".tile span{font-size:.95rem}"
	".good{color:var(--good);background:var(--good-bg)}.bad{color:var(--bad);background:var(--bad-bg)}"
	".warn{color:var(--warn);background:var(--warn-bg)}.off{color:var(--off);background:var(--off-bg)}"
	".pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1rem}"
	"table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem}"
	"caption{text-align:left;font-weight:600;font-size:1rem;padding:.3rem 0}"
	"th,td{padding:.35rem .3rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}"
	"th{font-weight:600;overflow-wrap:anywhere}thead th{color:var(--soft);font-weight:500}"
	"tbody th{min-width:7.5rem}.matrix thead th,.zones thead th{white-space:nowrap}.matrix i{font-style:normal;"
	"white-space:nowrap}"
	".matrix td{text-align:center;padding:.35rem .15rem}.matrix thead th+th{text-align:center}"
	".matrix th small{display:block;font-weight:400;color:var(--soft);font-size:.8rem}"
	".mark{display:inline-block;border-radius:.3rem;padding:0 .3rem;font-size:.8rem;white-space:nowrap}"
	".scroll{overflow-x:auto;margin-bottom:1rem}.scroll "
	"th+th{min-width:6rem}.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
	".finding{background:var(--card);border-radius:.6rem;padding:.9rem 1rem;margin:.7rem 0;overflow-wrap:anywhere;"
	"border-left:.35rem solid var(--line)}"
	".finding.error{border-left-color:var(--bad)}.finding.warning{border-left-color:var(--warn)}"
	".finding h4{margin:0 0 .4rem;font-size:1rem}.finding h4 code{margin-right:.5rem}"
	".finding ul{padding-left:1.2rem}.finding li{margin:.3rem 0}"
	"code{font-family:ui-monospace,monospace;font-size:.92em}"
	"details{margin-top:.6rem}summary{cursor:pointer;color:var(--soft)}details p{margin:.5rem 0}"
	"dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.3rem 1rem}dt{color:var(--soft)}"
	"dd{margin:0;overflow-wrap:anywhere}"
	"@media(max-width:430px){main{padding:1rem .7rem 3rem}tbody "
	"th{min-width:5.5rem}.zones{font-size:.82rem}.matrix{font-size:.8rem}.mark{font-size:.72rem;padding:0 "
	".2rem}}"
	"@media print{:root{--card:#fff}body{font-size:11pt}main{max-width:none;padding:0}"
	".tile,.finding,.mark{border:1px solid currentColor;background:none}.finding,tr,.tile{break-inside:avoid}"
	"h2,h3{break-after:avoid}}";

#endif
