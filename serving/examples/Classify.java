import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks huoren about one note and cuts the evidence out of its text. JDK 17, no libraries:
 *
 * <pre>java Classify.java http://127.0.0.1:8000</pre>
 *
 * with the key, where the service asks for one, in the environment as API_KEY. Java counts text in UTF-16 units, so
 * the request says {@code offsets: utf16}; then {@code substring} cuts the very words, also behind an emoji.
 */
public class Classify {
    private static final int TRIES = 4;
    // HTTP/1.1: over plain http Java would first ask for HTTP/2, and some servers drop the body of such a request.
    private static final HttpClient HTTP = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .build();

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String service = arguments.length > 0 ? arguments[0] : "http://127.0.0.1:8000";
        String body = "🔨💍 每一枚都是自己敲的，想要的加薇信 silver_ring88 看图册";
        String request = "{\"note_id\": \"n1\", \"published_at\": \"2026-03-01\", \"body\": \"" + escape(body)
            + "\", \"options\": {\"offsets\": \"utf16\"}}";

        HttpResponse<String> answer = ask(service, request);
        if (answer.statusCode() != 200) { // application/problem+json: it says why, and never quotes the note
            System.err.println(answer.statusCode() + " " + text(answer.body(), "detail"));
            System.exit(1);
        }
        System.out.println("label " + text(answer.body(), "label") + ", decision " + text(answer.body(), "decision"));

        // A real caller reads the answer with its own JSON library; this one looks for the few keys it needs.
        Matcher evidence = Pattern.compile("\\{\"field\":\"body\".*?\"start\":(\\d+),\"end\":(\\d+).*?\"kind\":\"(\\w+)\"")
            .matcher(answer.body());
        while (evidence.find()) {
            int start = Integer.parseInt(evidence.group(1));
            int end = Integer.parseInt(evidence.group(2));
            System.out.println(evidence.group(3) + ": " + body.substring(start, end));
        }
    }

    /** Asks until there is an answer; the Idempotency-Key lets the note be judged and counted once all the same. */
    private static HttpResponse<String> ask(String service, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service + "/v1/classify"))
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .POST(HttpRequest.BodyPublishers.ofString(body));
        String key = System.getenv("API_KEY");
        if (key != null && !key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        for (int attempt = 1;; attempt++) {
            long seconds = attempt;
            try {
                HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
                int status = answer.statusCode(); // 409: the try before, whose answer was lost, is still at work
                boolean isBusy = status == 409 || status == 429 || status == 503;
                if (!isBusy || attempt == TRIES) {
                    return answer;
                }
                seconds = answer.headers().firstValueAsLong("Retry-After").orElse(seconds);
            } catch (IOException error) {
                if (attempt == TRIES) {
                    throw error;
                }
            }
            Thread.sleep(1000 * seconds);
        }
    }

    private static String text(String json, String key) {
        Matcher found = Pattern.compile("\"" + key + "\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
