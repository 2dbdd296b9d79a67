// Hands what the server asks about a passkey to the browser, and its answer to the form.

const form = document.querySelector('form[data-options]');
const told = document.querySelector('#passkey-told');

const ask = async () => {
    const options = JSON.parse(form.dataset.options);
    return form.dataset.kind === 'new'
        ? navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
        })
        : navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
        });
};

form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
        form.elements.credential.value = JSON.stringify(await ask());
    } catch (error) {
        told.hidden = false;
        return;
    }
    form.submit();
});
