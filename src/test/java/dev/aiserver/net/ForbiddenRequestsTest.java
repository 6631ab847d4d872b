package dev.aiserver.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.spec.Endpoint;
import dev.aiserver.spec.EndpointSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForbiddenRequestsTest {

    @Test
    void areManyAndUnique() {
        List<RawHttpRequest> forbidden = ForbiddenRequests.outside(EndpointSet.STRICT.endpoints(), "remote-ollama");
        assertThat(forbidden).hasSizeGreaterThan(400);
        assertThat(forbidden).extracting(RawHttpRequest::toString).doesNotHaveDuplicates();
        assertThat(forbidden)
                .extracting(RawHttpRequest::toString)
                .contains(
                        "POST /api/pull",
                        "DELETE /api/delete",
                        "DELETE /v1/models",
                        "post /api/show",
                        "POST /v1/messages/count_tokens",
                        "GET /api%2ftags",
                        "GET /api/tag%73",
                        "GET /api/tag%2573",
                        "DELETE /v1/models/../../api/delete",
                        "DELETE /v1/messages/..%2f..%2fapi%2fdelete",
                        "GET http://remote-ollama/v1/models");
    }

    @Test
    void neverIncludeAnOpenEndpoint() {
        List<Endpoint> open = new ArrayList<>();
        EnumSet.allOf(EndpointSet.class).forEach(set -> open.addAll(set.endpoints()));
        assertThat(ForbiddenRequests.outside(open, "remote-ollama"))
                .extracting(RawHttpRequest::toString)
                .isNotEmpty()
                .doesNotContainAnyElementsOf(open.stream()
                        .map(endpoint -> endpoint.toString().replace("{model}", "x"))
                        .toList())
                .doesNotContain("GET /v1/models/x", "GET /v1/models/" + ForbiddenRequests.NO_MODEL);
    }

    @Test
    void areHarmless() {
        for (RawHttpRequest request : ForbiddenRequests.outside(EndpointSet.STRICT.endpoints(), "remote-ollama")) {
            assertThat(request.toString()).doesNotContain("POST /api/signout", "/api/user/keys");
            String body = new String(request.body(), StandardCharsets.UTF_8);
            assertThat(body.replace(ForbiddenRequests.NO_MODEL, ""))
                    .isIn("", "{\"model\":\"\",\"name\":\"\",\"source\":\"\",\"destination\":\"\"}");
        }
    }
}
