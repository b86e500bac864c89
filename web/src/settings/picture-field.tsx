import { Suspense, useRef, useState } from 'react';
import { patch } from '../api/http';
import { useMe } from '../api/queries';
import { uploadFile } from '../api/upload';
import { adoptMe } from '../auth/session';
import { lazyPart } from '../parts';
import { Avatar } from '../ui/avatar';
import { Icon } from '../ui/icon';
import { toast, toastError } from '../ui/toast';
import { settingsTexts } from './texts';

const CropDialog = lazyPart(() => import('./crop-dialog'));

/** One's own picture: chosen or dropped, cropped here, seen by the whole team. */
export function PictureField() {
  const s = settingsTexts.text;
  const p = s.picture;
  const me = useMe();
  const input = useRef<HTMLInputElement>(null);
  const [image, setImage] = useState<ImageBitmap | null>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const choose = async (file: File | undefined) => {
    if (!file) return;
    try {
      setImage(await createImageBitmap(file));
    } catch {
      toast(p.unreadable, { tone: 'error' });
    }
  };
  const save = async (picture: Blob) => {
    setImage(null);
    setBusy(true);
    try {
      const { id } = await uploadFile(picture, 'picture.jpg', {});
      await adoptMe(await patch('/me', { body: { picture_id: id } }));
      toast(s.saved);
    } catch (error) {
      toastError(error, p.failed);
    } finally {
      setBusy(false);
    }
  };
  const clear = () => {
    const before = me;
    void adoptMe({ ...me, user: { ...me.user, picture_url: '' } });
    patch('/me', { body: { picture_id: '' } }).then(adoptMe, (error) => {
      void adoptMe(before);
      toastError(error, p.failed);
    });
    // The button that was pressed is gone.
    document.getElementById('choose-picture')?.focus();
  };
  return (
    <section
      aria-label={p.label}
      className={`mt-6 -ml-3 flex items-center gap-4 rounded-10 border border-dashed p-3 ${over ? 'border-accent bg-tint' : 'border-transparent'}`}
      onDragOver={(e) => {
        if (!e.dataTransfer.types.includes('Files')) return;
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        setOver(false);
        void choose(e.dataTransfer.files[0]);
      }}
    >
      <Avatar who={me.user} size={72} />
      <div className="min-w-0">
        <p className="truncate font-semibold">{me.user.name}</p>
        <p className="truncate text-13 text-muted">{me.user.email}</p>
        <div className="mt-2 flex flex-wrap items-center gap-2">
          <input
            ref={input}
            type="file"
            accept="image/*"
            hidden
            onChange={(e) => {
              void choose(e.target.files?.[0]);
              // The same file may be chosen again.
              e.target.value = '';
            }}
          />
          <button
            id="choose-picture"
            type="button"
            className="btn"
            disabled={busy}
            onClick={() => input.current?.click()}
          >
            <Icon name="image" size={16} />
            {busy ? p.uploading : me.user.picture_url ? p.replace : p.choose}
          </button>
          {me.user.picture_url && (
            <button type="button" className="btn btn-ghost" disabled={busy} onClick={clear}>
              {p.remove}
            </button>
          )}
          <span className="text-13 text-muted max-md:hidden pointer-fine:inline">
            {over ? p.dropNow : p.drop}
          </span>
        </div>
      </div>
      {image && (
        <Suspense>
          <CropDialog
            image={image}
            onUse={(picture) => void save(picture)}
            onClose={() => setImage(null)}
          />
        </Suspense>
      )}
    </section>
  );
}
