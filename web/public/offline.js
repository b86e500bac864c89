// Says in the person's language that Bandeja can't be reached, and opens it once it can.
(() => {
  let language = navigator.language;
  try {
    language = localStorage.getItem('bandeja.language') ?? language;
  } catch {
    // The browser's own, then.
  }
  const say = (id, words) => {
    document.getElementById(id).textContent = words;
  };
  if (!language.startsWith('en')) {
    document.documentElement.lang = 'es';
    say('title', 'No se puede conectar con Bandeja');
    say(
      'help',
      'No hay conexión, o el servidor se está reiniciando. Esta página abre Bandeja en cuanto responda.',
    );
    say('again', 'Reintentar');
  }
  const look = () =>
    fetch('/readyz', { cache: 'no-store' }).then(
      (r) => r.ok && location.reload(),
      () => {},
    );
  document.getElementById('again').addEventListener('click', () => location.reload());
  window.addEventListener('online', look);
  setInterval(look, 3000);
})();
