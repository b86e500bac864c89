const tokens = `:host{all:initial;--accent:#0f6b63;--ink:#fff;--bg:#fff;--sunken:#f7f6f3;--line:#e7e4de;--text:#1d1b18;--muted:#625d55;--red:#b3261e;--shadow:0 10px 36px rgba(30,25,15,.18);
font:14px/20px Inter,system-ui,-apple-system,Segoe UI,sans-serif;color:var(--text);color-scheme:light dark}
@media(prefers-color-scheme:dark){:host{--bg:#1b1a18;--sunken:#131211;--line:#34312d;--text:#eceae6;--muted:#aca69b;--red:#ff8f86;--shadow:0 10px 36px rgba(0,0,0,.6)}}
*{box-sizing:border-box;font:inherit;margin:0}[hidden]{display:none!important}
button{color:inherit;background:none;border:0;padding:0;cursor:pointer}
:focus-visible{outline:2px solid var(--text);outline-offset:2px}`;

export const launcherStyles = `${tokens}
.launcher{position:fixed;z-index:2147483000;right:calc(20px + env(safe-area-inset-right));bottom:calc(20px + env(safe-area-inset-bottom));width:56px;height:56px;border-radius:50%;
background:var(--accent);color:var(--ink);box-shadow:var(--shadow);display:grid;place-items:center}
.launcher:focus-visible{outline-color:var(--ink);outline-offset:-6px}
:host(.left) .launcher{right:auto;left:calc(20px + env(safe-area-inset-left))}
.badge{position:absolute;top:-3px;right:-3px;min-width:20px;height:20px;border-radius:10px;background:#b3261e;color:#fff;font:600 12px/20px system-ui,sans-serif;padding:0 5px;text-align:center}`;

export const panelStyles = `
.panel{position:fixed;z-index:2147483001;right:calc(20px + env(safe-area-inset-right));bottom:calc(88px + env(safe-area-inset-bottom));width:380px;height:min(640px,calc(100dvh - 108px));
background:var(--bg);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow);display:flex;flex-direction:column;overflow:hidden}
:host(.left) .panel{right:auto;left:calc(20px + env(safe-area-inset-left))}
@media(prefers-reduced-motion:no-preference){.panel{animation:rise .14s ease-out}@keyframes rise{from{opacity:0;transform:translateY(8px)}}}
header{background:var(--accent);color:var(--ink);padding:14px 12px 14px 16px;display:flex;gap:10px;align-items:flex-start}
header>div{flex:1;min-width:0}h2{font-size:16px;line-height:22px;font-weight:650;overflow-wrap:anywhere}header p{font-size:13px;line-height:18px}
.ic{width:36px;height:36px;border-radius:10px;display:grid;place-items:center;flex:none}header .ic:focus-visible{outline-color:var(--ink)}
.bar{background:var(--sunken);color:var(--muted);font-size:13px;padding:6px 16px;border-bottom:1px solid var(--line)}
.log{flex:1;overflow:auto;padding:14px 16px;background:var(--sunken);display:flex;flex-direction:column;gap:4px;overscroll-behavior:contain}
.log>:first-child{margin-top:auto}.log:focus-visible{outline-offset:-2px}
.day{align-self:center;font-size:12px;color:var(--muted);padding:8px 0 4px}
.greet{background:var(--bg);border:1px solid var(--line);border-radius:14px 14px 14px 5px;padding:9px 12px;max-width:84%;white-space:pre-wrap;align-self:flex-start}
.m{max-width:84%;align-self:flex-start;display:flex;flex-direction:column;align-items:flex-start}.m.mine{align-self:flex-end;align-items:flex-end}
.who{font-size:12px;color:var(--muted);margin:6px 2px 2px}
.b{padding:8px 12px;border-radius:14px 14px 14px 5px;background:var(--bg);border:1px solid var(--line);overflow-wrap:anywhere;white-space:pre-wrap;max-width:100%}
.mine .b{background:var(--accent);color:var(--ink);border-color:transparent;border-radius:14px 14px 5px 14px}.b a{color:inherit;text-decoration:underline}.mine .b a:focus-visible{outline-color:currentColor}
.gone{font-style:italic;color:var(--muted)}
.meta{font-size:11px;line-height:16px;color:var(--muted);display:flex;gap:4px;align-items:center;margin:1px 2px 4px}.meta.bad{color:var(--red)}
.quote{border-left:3px solid currentColor;padding-left:8px;margin-bottom:5px;font-size:13px}
.pic{display:block;border-radius:10px;overflow:hidden;border:1px solid var(--line);background:var(--bg);max-width:100%}.pic img,video{display:block;max-width:100%;max-height:280px}
audio{width:260px;max-width:100%}
.card{display:flex;gap:9px;align-items:center;text-decoration:none!important}.card small{display:block;font-size:12px;line-height:16px}
.opts{display:flex;flex-direction:column;gap:6px;margin-top:6px;width:100%}.opts button,.primary{border:1px solid var(--accent);border-radius:10px;padding:7px 12px;font-weight:600;min-height:36px;background:var(--bg);color:var(--text)}
.opts small{display:block;font-weight:400;color:var(--muted)}
.primary{background:var(--accent);color:var(--ink)}
.typing{display:flex;gap:4px;padding:11px 13px;align-self:flex-start;background:var(--bg);border:1px solid var(--line);border-radius:14px}.typing i{width:6px;height:6px;border-radius:50%;background:var(--muted)}
@media(prefers-reduced-motion:no-preference){.typing i{animation:blink 1.1s infinite}.typing i:nth-child(2){animation-delay:.15s}.typing i:nth-child(3){animation-delay:.3s}@keyframes blink{30%{opacity:.25}}}
.more{align-self:center;color:var(--muted);font-size:13px;text-decoration:underline;padding:6px}
form{background:var(--bg)}
.pre{padding:14px 16px;display:flex;flex-direction:column;gap:10px;border-top:1px solid var(--line)}.pre label{font-weight:500;font-size:13px;display:block;margin-bottom:3px}
input,textarea{width:100%;border:1px solid var(--muted);border-radius:10px;padding:8px 11px;background:var(--bg);color:var(--text)}input:focus-visible,textarea:focus-visible{outline-offset:0}
.err{color:var(--red);font-size:13px;line-height:18px}
.write{border-top:1px solid var(--line);padding:8px;display:flex;gap:2px;align-items:flex-end;position:relative;padding-bottom:calc(8px + env(safe-area-inset-bottom))}
.write textarea{border-color:transparent;resize:none;height:36px;max-height:132px;font-size:16px;line-height:20px;padding:8px}
.write .ic{color:var(--muted)}.write .go{background:var(--accent);color:var(--ink)}.write .go[disabled]{opacity:.45;cursor:default}
.emoji{position:absolute;left:8px;right:8px;bottom:56px;background:var(--bg);border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow);padding:8px;display:grid;grid-template-columns:repeat(8,1fr);gap:2px}
.emoji button{height:36px;font-size:20px;border-radius:8px}.emoji button:hover{background:var(--sunken)}
.drop{outline:2px dashed var(--accent);outline-offset:-8px}
.foot{font-size:12px;color:var(--red);padding:0 16px 8px;background:var(--bg)}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.box{position:fixed;inset:0;z-index:2147483002;background:rgba(0,0,0,.85);display:grid;place-items:center;padding:24px}.box img{max-width:100%;max-height:100%}.box .ic{position:absolute;top:12px;right:12px;color:#fff;background:rgba(0,0,0,.5)}
@media(max-width:480px){.panel,:host(.left) .panel{inset:0;width:auto;height:100dvh;border:0;border-radius:0;padding-top:env(safe-area-inset-top)}}`;

/** The ink that reads on a colour: white or black, whichever contrasts more. One of them has 4.5:1 on any. */
export function inkOn(color: string): string {
  const n = Number.parseInt(color.replace('#', '').replace(/^(.)(.)(.)$/, '$1$1$2$2$3$3'), 16);
  const part = (shift: number) => {
    const c = ((n >> shift) & 255) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? '#ffffff' : '#000000';
}
