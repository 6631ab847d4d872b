package dev.aiserver.preflight;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads from {@code haproxy -vv} whether HAProxy was built with PCRE. */
class HaproxyBuildTest {

    @Test
    void rejectsABuildWithoutPcre() {
        assertThatThrownBy(() -> MacPreflight.requirePcre("HAProxy version 3.4.0\n"
                        + "Feature list : -51DEGREES -PCRE -PCRE2 +POLL\n"
                        + "Built without PCRE or PCRE2 support (using libc's regex instead)\n"))
                .isInstanceOf(UserError.class)
                .hasMessage("haproxy was built without PCRE, which haproxy.cfg needs for its regular expressions; run "
                        + "\"brew reinstall haproxy\", then try again.");
    }

    /** Accepts output that does not mention PCRE, because HAProxy also validates the configuration itself. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Built with PCRE2 version : 10.42 2022-12-11\nPCRE2 library supports JIT : yes\n",
                "Built with PCRE version : 8.39 2016-06-14\nRunning on PCRE version : 8.39\n",
                ""
            })
    void acceptsEveryOtherBuild(String build) {
        assertThatCode(() -> MacPreflight.requirePcre(build)).doesNotThrowAnyException();
    }
}
