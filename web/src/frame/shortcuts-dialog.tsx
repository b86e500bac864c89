import { useMe } from '../api/queries';
import { extraTexts } from '../i18n/lazy-with';
import { Dialog } from '../ui/dialog';

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const x = extraTexts.text;
  const { send_key } = useMe().user;
  const groups: [string, [string, string][]][] = [
    [
      x.keysEverywhere,
      [
        ['Ctrl K', x.keyPalette],
        ['?', x.keyHelp],
        ['g d', x.keyDashboard],
        ['g m', x.keyMessages],
        ['g s', x.keySettings],
        ['n', x.keyNotifications],
        ['[', x.keySidebar],
        [']', x.keyDrawer],
      ],
    ],
    [
      x.keysList,
      [
        ['j', x.keyNext],
        ['k', x.keyPrevious],
        ['↵', x.keyOpen],
        ['/', x.keySearch],
        ['x', x.keySelect],
        ['Shift X', x.keySelectTo],
        ['Esc', x.keySelectNone],
      ],
    ],
    [
      x.keysConversation,
      [
        ['r', x.keyReply],
        ['c', x.keyComment],
        ['Shift R', x.keyQuote],
        ['a', x.keyAssign],
        ['e', x.keyClose],
        ['Shift E', x.keyCloseNote],
        ['z', x.keySnooze],
        ['t', x.keyTag],
        ['u', x.keyUnread],
        ['Esc', x.keyBack],
      ],
    ],
    [
      x.keysWriting,
      [
        [send_key === 'enter' ? '↵' : 'Ctrl ↵', x.keySend],
        [send_key === 'enter' ? 'Shift ↵' : '↵', x.keyNewline],
        ['/', x.keySnippet],
        ['$', x.keyVariable],
        ['Ctrl Z', x.keyUndo],
        ['Esc', x.keyLeave],
      ],
    ],
  ];
  return (
    <Dialog title={x.shortcuts} onClose={onClose} width={680}>
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on small screens
        tabIndex={0}
        className="overflow-y-auto px-5 pb-5 outline-offset-[-2px]!"
      >
        <p className="text-13 text-muted">{x.keysHelp}</p>
        <div className="mt-3 gap-x-8 md:columns-2">
          {groups.map(([title, keys]) => (
            <section key={title} className="mb-4 break-inside-avoid">
              <h3 className="eyebrow mb-1">{title}</h3>
              <dl>
                {keys.map(([key, words]) => (
                  <div key={key} className="flex items-center justify-between gap-3 py-1">
                    <dt className="text-13">{words}</dt>
                    <dd className="flex gap-1">
                      {key.split(' ').map((k) => (
                        <kbd key={k} className="kbd">
                          {k}
                        </kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
