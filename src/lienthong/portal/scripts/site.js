// Every page works without this. It focuses the summary of errors, keeps a button from being pressed twice, and folds
// the menu on small screens.
import { initAll } from './govuk-frontend.js'

initAll()
