package dev.aiserver.cli;

import dev.aiserver.host.Content;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.Inventory;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The file that a person names with {@code --config}, on the machine that they sit at. */
final class ConfigurationFile {
    private ConfigurationFile() {}

    /**
     * @param machine for which it is read, as {@code --host} names it; empty for this one
     * @throws UserError of configuration when it cannot be read or says something wrong
     */
    static ServerSpec read(Path file, Optional<String> machine) {
        Inventory inventory = inventory(file);
        return machine.map(inventory::of).orElse(inventory.spec());
    }

    /** @throws UserError of configuration when it cannot be read or says something wrong */
    static Inventory inventory(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Content.read(file).bytes());
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return SpecReader.inventory(file.toString(), text);
        } catch (NoSuchFileException e) {
            throw new UserError(UserError.Kind.CONFIGURATION, "The configuration " + file + " does not exist.");
        } catch (CharacterCodingException e) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION, "The configuration " + file + " is no UTF-8 text; save it as UTF-8.");
        } catch (IOException e) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "The configuration " + file + " cannot be read: " + FirstLine.of(String.valueOf(e.getMessage()))
                            + ".");
        }
    }
}
