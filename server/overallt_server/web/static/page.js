// Small comforts: every page works without them.

for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = 'Copied';
        setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
}

// Months end at midnight in UTC; people live elsewhere.
for (const time of document.querySelectorAll('time[data-local]')) {
    time.textContent = new Intl.DateTimeFormat('en-GB', {
        dateStyle: 'long', timeStyle: 'short',
    }).format(new Date(time.dateTime));
}
