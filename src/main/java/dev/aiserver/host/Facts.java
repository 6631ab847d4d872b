package dev.aiserver.host;

import java.nio.file.Path;

/**
 * Who and what a host is, as its own tools say.
 *
 * @param os what {@code uname -s} prints: {@code Darwin}, {@code Linux}
 * @param arch what {@code uname -m} prints: {@code arm64}, {@code x86_64}
 * @param osVersion what {@code sw_vers -productVersion} prints, empty where there is no such command
 * @param uid the effective user id
 * @param home the user's {@code $HOME}
 */
public record Facts(String os, String arch, String osVersion, int uid, String user, Path home) {

    public boolean isMac() {
        return os.equals("Darwin");
    }

    public boolean isRoot() {
        return uid == 0;
    }
}
