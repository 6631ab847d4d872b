package dev.aiserver.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.aiserver.host.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyListTest {

    @Test
    void namesValuesByKeyPath() {
        String xml = """
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://192.0.2.1/never-fetched.dtd">
                <plist version="1.0">
                <!-- as launchd wants it -->
                <dict>
                    <key>Label</key><string>com.ollama</string>
                    <key>KeepAlive</key><true/>
                    <key>RunAtLoad</key><false></false>
                    <key>ExitTimeOut</key><integer>20</integer>
                    <key>ProgramArguments</key>
                    <array>
                        <string>/opt/homebrew/bin/ollama</string>
                        <string>Tom &amp; <![CDATA[<Jerry>]]></string>
                        <dict><key>deep</key><string> spaces stay </string></dict>
                    </array>
                    <key>SoftResourceLimits</key>
                    <dict><key>NumberOfFiles</key><integer>8210</integer></dict>
                    <key>Empty</key><dict/>
                    <key>Last</key><string/>
                </dict>
                </plist>
                """;
        PropertyList plist = PropertyList.parse(xml);
        assertThat(plist.values())
                .containsExactly(
                        entry("Label", "com.ollama"),
                        entry("KeepAlive", "true"),
                        entry("RunAtLoad", "false"),
                        entry("ExitTimeOut", "20"),
                        entry("ProgramArguments.0", "/opt/homebrew/bin/ollama"),
                        entry("ProgramArguments.1", "Tom & <Jerry>"),
                        entry("ProgramArguments.2.deep", " spaces stay "),
                        entry("SoftResourceLimits.NumberOfFiles", "8210"),
                        entry("Last", ""));
        assertThat(plist.value("Missing")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<array>", "<dict><key>k</key>", "<dict>"})
    void endlessNestingIsRejected(String opening) {
        assertThatThrownBy(() -> PropertyList.parse("<plist>" + opening.repeat(200_000)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("it is nested more than 64 levels deep");
    }

    /** Each value repeats all the keys of its path. */
    @Test
    void oversizedInputIsRejected() {
        String key = "<key>" + "k".repeat(1_000_000) + "</key>";
        String values = "<array>" + "<true/>".repeat(200_000) + "</array>";
        assertThatThrownBy(() -> PropertyList.parse("<plist><dict>" + key + values + "</dict></plist>"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("its keys are longer than 1000 characters");
        assertThatThrownBy(() -> PropertyList.parse("<plist>" + " ".repeat(5_000_000) + "</plist>"))
                .isInstanceOf(UserError.class)
                .hasMessage("the property list is too large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bplist00",
                "<plist><dict><key>Label</key>",
                "<plist><dict>words</dict></plist>",
                "<plist></plist><plist></plist>",
                "<!DOCTYPE plist [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><plist><string>&x;</string></plist>"
            })
    void invalidInputIsReportedInOneSentence(String text) {
        assertThatThrownBy(() -> PropertyList.parse(text))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("the property list is not valid XML: ")
                .hasMessageNotContainingAny("\n", "root:");
    }
}
