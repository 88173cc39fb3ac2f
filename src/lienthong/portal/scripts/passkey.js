// Passkeys need a script: a form with data-passkey gets its credential from the browser, then is sent as any other.
// Its button is hidden until this has run, so who has scripts off, or no passkeys, sees the other ways only.
//
//   data-passkey="create" | "get"   what the browser is asked for
//   data-options                    the server's options (JSON), or
//   data-options-url                where they are fetched, when nobody knows yet who signs in

const forms = document.querySelectorAll('form[data-passkey]')
const isAble = 'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential

for (const form of isAble ? forms : []) {
  for (const part of document.querySelectorAll(`[data-shown-with="${form.id}"]`)) part.hidden = false
  form.hidden = false
  form.addEventListener('submit', event => {
    const field = form.elements.credential
    if (field.value) return
    event.preventDefault()
    ask(form).then(
      credential => {
        field.value = JSON.stringify(credential.toJSON())
        form.submit()
      },
      error => tell(form, error)
    )
  })
}

async function ask (form) {
  const options = form.dataset.options ? JSON.parse(form.dataset.options) : await fetchOptions(form.dataset.optionsUrl)
  if (form.dataset.passkey === 'get') {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) })
  }
  // Kept by the device itself and asked for by finger, face or PIN: it signs in without a name or password.
  options.publicKey.authenticatorSelection = { residentKey: 'required', requireResidentKey: true, userVerification: 'required' }
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) })
}

async function fetchOptions (url) {
  const answer = await fetch(url, { headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return (await answer.json()).request_options
}

function tell (form, error) {
  const place = form.querySelector('[data-passkey-error]')
  place.hidden = false
  place.focus()
  // Browsers say the same for "turned away" and "none here", so that no page learns which.
  console.info(error.name)
}
