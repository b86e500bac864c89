// Applies the remembered theme and language before the first paint. The app
// corrects both once it knows the signed-in user.
(() => {
  try {
    const theme = localStorage.getItem('bandeja.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    const language = localStorage.getItem('bandeja.language');
    if (language) document.documentElement.lang = language;
  } catch {
    // Storage may be forbidden; the system's theme applies.
  }
})();
