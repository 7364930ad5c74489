// A till that was made with the vendor's own client library: asks what standard input says, one JSON object a
// line, at the terminal of the first argument (JSON), and prints each answer as a line of JSON.
const readline = require("readline");
const { Client, TerminalLocalAPI } = require("@adyen/api-library");

const terminal = JSON.parse(process.argv[2]);
const client = new Client({
  environment: "TEST",
  apiKey: "none",
  certificatePath: terminal.ca_file,
  terminalApiLocalEndpoint: "https://127.0.0.1",
  connectionTimeoutMillis: 20000,
});
const till = new TerminalLocalAPI(client);
till.localRequest.endpoint = `https://127.0.0.1:${terminal.port}/nexo/`; // the library knows 8443 alone

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { passphrase, category, service_id, body } = JSON.parse(line);
    const message = {
      SaleToPOIRequest: {
        MessageHeader: {
          ProtocolVersion: "3.0",
          MessageClass: "Service",
          MessageCategory: category,
          MessageType: "Request",
          ServiceID: service_id,
          SaleID: "K09",
          POIID: terminal.poi_id,
        },
        [`${category}Request`]: body,
      },
    };
    const key = {
      Passphrase: passphrase,
      KeyIdentifier: terminal.key_identifier,
      KeyVersion: terminal.key_version,
      AdyenCryptoVersion: 1,
    };
    try {
      const answer = await till.request(message, key);
      console.log(JSON.stringify(answer));
    } catch (problem) {
      console.log(JSON.stringify({ problem: String(problem.message) }));
    }
  }
})();
