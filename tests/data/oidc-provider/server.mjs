// The certified provider « oidc-provider », on loopback, set up as ProConnect is: signed userinfo, levels, PKCE.
import { Provider } from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "observatoire",
      client_secret: "un-secret-de-test",
      redirect_uris: [redirect],
      post_logout_redirect_uris: [redirect.replace("/fournisseur/retour", "")],
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "RS256",
      userinfo_signed_response_alg: "RS256",
    },
  ],
  acrValues: ["eidas1"],
  pkce: { required: () => true },
  cookies: { keys: ["cle de test"] },
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    given_name: ["given_name"],
    usual_name: ["usual_name"],
    siret: ["siret"],
    uid: ["uid"],
    acr: null,
  },
  scopes: ["openid", "email", "given_name", "usual_name", "siret", "uid"],
  features: { jwtUserinfo: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: async (_, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      email: id,
      email_verified: true,
      given_name: "Ana",
      usual_name: "Lyste",
      siret: "21310555400017",
      uid: "42",
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
