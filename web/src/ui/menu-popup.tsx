import { Menu } from '@base-ui/react/menu';
import type { RefObject } from 'react';
import { Icon } from './icon';
import { landmarkOf } from './landmark';
import type { MenuEntry } from './menu';

export default function MenuPopup({
  anchor,
  label,
  align,
  side,
  entries,
  onClose,
}: {
  anchor: RefObject<HTMLElement | null>;
  label: string;
  align: 'start' | 'center' | 'end';
  side: 'top' | 'bottom' | 'right';
  entries: MenuEntry[];
  onClose: () => void;
}) {
  return (
    <Menu.Root
      open
      onOpenChange={(open, details) => {
        // The button toggles by itself; closing here too would open it again.
        const target = details.event.target;
        const own = target instanceof Node && anchor.current?.contains(target);
        if (!open && !(own && details.reason === 'outside-press')) onClose();
      }}
    >
      {/* In its landmark, so that screen readers find it there. */}
      <Menu.Portal container={landmarkOf(anchor.current)}>
        <Menu.Positioner
          anchor={anchor}
          align={align}
          side={side}
          positionMethod="fixed"
          sideOffset={6}
          collisionPadding={8}
          className="z-50"
        >
          <Menu.Popup
            className="menu max-h-[min(420px,var(--available-height))] overflow-y-auto"
            aria-label={label}
            finalFocus={anchor}
          >
            {entries.map((entry) => (
              <Entry key={entry.key} entry={entry} />
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry.kind === 'separator') return <Menu.Separator className="my-1 h-px bg-line" />;
  if (entry.kind === 'title') return <div className="eyebrow px-2 pt-2 pb-1">{entry.label}</div>;
  if (entry.kind === 'row')
    return (
      <Menu.Group aria-label={entry.label} className="flex justify-between">
        {entry.choices.map((c) => (
          <Menu.CheckboxItem
            key={c.label}
            aria-label={c.label}
            checked={c.checked}
            closeOnClick
            className="inline-flex size-9 items-center justify-center rounded-[8px] text-20 outline-none aria-checked:bg-tint data-highlighted:bg-hover"
            onCheckedChange={c.onSelect}
          >
            {c.text}
          </Menu.CheckboxItem>
        ))}
      </Menu.Group>
    );
  const inside = (
    <>
      {entry.leading}
      {entry.icon && <Icon name={entry.icon} size={16} className="text-muted" />}
      <span className="min-w-0 flex-1 truncate">{entry.label}</span>
      {entry.hint && <span className="pl-4 text-12 text-faint">{entry.hint}</span>}
      {entry.checked !== undefined && (
        <Icon
          name="check"
          size={16}
          strokeWidth={2}
          className={entry.checked ? 'text-accent' : 'invisible'}
        />
      )}
    </>
  );
  const className = `menu-item ${entry.danger ? 'text-red' : ''}`;
  if (entry.checked !== undefined)
    return (
      <Menu.CheckboxItem
        checked={entry.checked}
        disabled={entry.disabled}
        closeOnClick
        className={className}
        onCheckedChange={() => entry.onSelect()}
      >
        {inside}
      </Menu.CheckboxItem>
    );
  return (
    <Menu.Item disabled={entry.disabled} className={className} onClick={entry.onSelect}>
      {inside}
    </Menu.Item>
  );
}
