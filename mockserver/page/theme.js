// Runs before anything is drawn, so that nobody sees the wrong theme flash by.
try {
  const theme = localStorage.getItem("mockserver-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden here: the system decides.
}
