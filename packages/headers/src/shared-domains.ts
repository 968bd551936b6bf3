/**
 * Domains below which anybody can have a name, so that "every subdomain" is everybody: the great hosts of other people's
 * pages, and suffixes of two labels. Far from all (publicsuffix.org has ten thousand), but those that are written by mistake.
 */
const SHARED: ReadonlySet<string> = new Set([
  ...['github.io', 'gitlab.io', 'bitbucket.io', 'netlify.app', 'vercel.app', 'pages.dev', 'workers.dev', 'web.app'],
  ...['firebaseapp.com', 'herokuapp.com', 'onrender.com', 'fly.dev', 'surge.sh', 'glitch.me', 'repl.co', 'replit.app'],
  ...['azurewebsites.net', 'azurestaticapps.net', 'cloudfront.net', 'amazonaws.com', 'appspot.com', 'run.app'],
  ...['amplifyapp.com', 'blogspot.com', 'wordpress.com', 'myshopify.com', 'wixsite.com', 'webflow.io', 'ngrok.io'],
  ...['ngrok.app', 'ngrok-free.app', 'trycloudflare.com', 'stackblitz.io', 'webcontainer.io', 'codesandbox.io'],
  ...['co.uk', 'org.uk', 'ac.uk', 'com.au', 'co.nz', 'co.jp', 'co.kr', 'co.in', 'co.za', 'com.br', 'com.cn', 'com.mx'],
])

/** Whether names below this domain belong to anybody who takes one. */
export function isShared(domain: string): boolean {
  return SHARED.has(domain)
}
